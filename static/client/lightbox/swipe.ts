/** A finger moves at least this far, in pixels. */
const MIN_SWIPE_PIXELS = 50;

/**
 * Calls back when one finger moves sideways over an element that is not zoomed.
 * @param swiped 1: to the left, towards the next one
 */
export function onSwipe(element: HTMLElement, swiped: (direction: 1 | -1) => void): void {
  let start: Touch | undefined;
  element.addEventListener(
    'touchstart',
    ({ touches }) => {
      start = touches.length === 1 && (visualViewport?.scale ?? 1) < 1.05 ? touches[0] : undefined;
    },
    { passive: true },
  );
  element.addEventListener('touchend', ({ changedTouches: [end] }) => {
    if (!start || !end) return;
    const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
    start = undefined;
    if (Math.abs(x) > MIN_SWIPE_PIXELS && Math.abs(x) > 2 * Math.abs(y)) swiped(x < 0 ? 1 : -1);
  });
}
