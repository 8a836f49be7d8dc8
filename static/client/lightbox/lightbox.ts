import styles from 'styles:lightbox';
import type { Message } from 'changeroom-client';
import { icon } from '../../../server/http/pages/rows/icon.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { adoptStyles } from '../adopt-styles.js';
import { h } from '../elements.js';
import { LOCAL_TIME } from '../times.js';
import { imagesOf, type LoggedImage } from './image-list.js';
import { playImage } from './moving-image.js';
import { onSwipe } from './swipe.js';

/**
 * Shows the image of a link above the page; one that moves is played in its place.
 * @param messages whose images the reader can go through
 * @throws Error if no message has the image
 */
export function openImage(link: HTMLAnchorElement, messages: readonly Message[], as: string | null): void {
  if (link.dataset.plays !== undefined) {
    playImage(link);
    return;
  }
  const images = imagesOf(messages, as);
  const index = images.findIndex(({ address }) => new URL(address, location.href).href === link.href);
  if (index < 0) throw new Error('no message has this image');
  adoptStyles(styles);
  new Lightbox(images, index).open();
}

/** A dialog with one image of several. */
class Lightbox {
  readonly #images: readonly LoggedImage[];
  #index: number;
  readonly #image = h('img', { class: 'lightbox-image', decoding: 'async' });
  readonly #stage = h('div', { class: 'lightbox-stage' }, this.#image);
  readonly #name = h('bdi', { class: 'lightbox-name' });
  readonly #count = h('span', { class: 'lightbox-count' });
  /** Announced when the image changes. */
  readonly #caption = h('p', { class: 'lightbox-caption', role: 'status', dir: 'auto' });
  readonly #fullSize = h('button', { type: 'button', class: 'button quiet' }, t('images.fullSize'));
  readonly #download = h('a', { class: 'button quiet' }, t('images.download'));
  readonly #previous = step('previous', t('images.previous'), '‹');
  readonly #next = step('next', t('images.next'), '›');
  readonly #close = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': t('common.close'), autofocus: true },
    icon('close'),
  );
  readonly #dialog = h(
    'dialog',
    { class: 'lightbox', 'aria-label': t('images.title') },
    h(
      'header',
      {},
      h('p', { class: 'lightbox-title' }, this.#name, this.#count),
      this.#fullSize,
      this.#download,
      this.#close,
    ),
    this.#stage,
    this.#previous,
    this.#next,
    this.#caption,
  );

  constructor(images: readonly LoggedImage[], index: number) {
    this.#images = images;
    this.#index = index;
    const move = (by: number) => this.#show(this.#index + by);
    this.#previous.addEventListener('click', () => move(-1));
    this.#next.addEventListener('click', () => move(1));
    this.#close.addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#dialog.remove());
    this.#dialog.addEventListener('keydown', (event) => {
      const { key } = event;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (key === 'ArrowLeft' && !this.#isFullSize) move(-1);
      else if (key === 'ArrowRight' && !this.#isFullSize) move(1);
      else if (key === 'Home') this.#show(0);
      else if (key === 'End') this.#show(this.#images.length - 1);
      else return;
      event.preventDefault();
    });
    onSwipe(this.#stage, (direction) => !this.#isFullSize && move(direction));
    this.#stage.addEventListener('click', ({ target }) => {
      if (target === this.#image) this.#setFullSize(!this.#isFullSize);
      else this.#dialog.close();
    });
    this.#fullSize.addEventListener('click', () => this.#setFullSize(!this.#isFullSize));
    this.#image.addEventListener('load', () => this.#image.style.removeProperty('background-image'));
    this.#image.addEventListener('error', () => {
      this.#caption.textContent = t('images.failed');
    });
  }

  open(): void {
    document.body.append(this.#dialog);
    this.#show(this.#index);
    this.#dialog.showModal();
  }

  get #isFullSize(): boolean {
    return this.#stage.classList.contains('full-size');
  }

  /** Shows the image in its own size, and scrolls; otherwise it fits into the window. */
  #setFullSize(isFullSize: boolean): void {
    this.#stage.classList.toggle('full-size', isFullSize);
    this.#fullSize.ariaPressed = `${isFullSize}`;
  }

  #show(index: number): void {
    const shown = this.#images[index];
    if (!shown) return;
    this.#index = index;
    const { file, address, message } = shown;
    const { name, alt = name, width, height } = file;
    this.#setFullSize(false);
    // Until the file is loaded, its thumbnail, which the log has loaded.
    this.#image.style.setProperty('background-image', `url("${address.replace(/(?=\?|$)/, '/thumbnail')}")`);
    this.#image.width = width ?? 1;
    this.#image.height = height ?? 1;
    this.#image.alt = alt;
    this.#image.src = address;
    this.#name.textContent = name;
    const numbers = { number: index + 1, total: this.#images.length };
    this.#count.textContent = this.#images.length > 1 ? t('images.position', numbers) : '';
    const by = t('images.by', { name: message.author.name, time: LOCAL_TIME.fullTime(message.sent) });
    this.#caption.replaceChildren(alt === name ? '' : h('span', { class: 'lightbox-alt' }, alt), by);
    this.#download.href = address;
    this.#download.download = name;
    this.#previous.disabled = index === 0;
    this.#next.disabled = index === this.#images.length - 1;
    this.#previous.hidden = this.#next.hidden = this.#images.length === 1;
    // The focus must not get lost with a button that is disabled.
    if (document.activeElement === document.body) this.#close.focus();
  }
}

function step(name: string, label: string, sign: string): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: `lightbox-step ${name}`, 'aria-label': label, title: label },
    h('span', { 'aria-hidden': 'true' }, sign),
  );
}
