/** Limits of uploaded files, in bytes. */
export interface FilesConfig {
  /** Of one file; 0: the server accepts no files. */
  fileBytes: number;
  /** Of all files of a user, of a room, and of the server; 0: any number. */
  userBytes: number;
  roomBytes: number;
  totalBytes: number;
}
