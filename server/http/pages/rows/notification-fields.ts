/**
 * The changes that fields of the form of notifications stand for, not yet validated: any program can send fields. Fields
 * that are missing change nothing.
 * @param now milliseconds since 1970
 */
export function notificationChanges(fields: Readonly<Record<string, unknown>>, now: number): object | null {
  const { notify_level, notify_room, notify_room_name, notify_sound, notify_pause } = fields;
  const changes = {
    ...(notify_level !== undefined && { level: notify_level }),
    ...(typeof notify_room_name === 'string' &&
      notify_room !== undefined && {
        rooms: { [notify_room_name]: notify_room === 'default' ? null : notify_room },
      }),
    ...(notify_sound !== undefined && { sound: notify_sound === 'on' }),
    ...(notify_pause !== undefined && notify_pause !== 'keep' && { paused_until: endOf(notify_pause, now) }),
    ...quietChange(fields),
  };
  return Object.keys(changes).length > 0 ? changes : null;
}

/** The end of a pause of some minutes; null for none. */
function endOf(minutes: unknown, now: number): number | null {
  return Number(minutes) === 0 ? null : Math.round(now + Number(minutes) * 60_000);
}

/** Without both times, there are no quiet hours. */
function quietChange({
  notify_from: from,
  notify_to: to,
  notify_zone: zone,
}: Readonly<Record<string, unknown>>): {
  quiet?: object | null;
} {
  if (from === undefined || to === undefined) return {};
  if (from === '' && to === '') return { quiet: null };
  return { quiet: { from: String(from), to: String(to), zone: String(zone || 'UTC') } };
}
