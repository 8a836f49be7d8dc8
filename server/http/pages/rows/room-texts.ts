/** The texts of a room's page that contain its name. The script of the page sets them when it shows another room. */
export function roomTexts(room: string) {
  return {
    title: `${room} · Changeroom`,
    log: `Messages in ${room}`,
    field: `Message to ${room}`,
    placeholder: `Message #${room}`,
  };
}
