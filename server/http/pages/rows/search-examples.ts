/** Examples of operators for the note that explains searches. @param show makes an element of an example */
export function searchExamples<T>(show: (example: string) => T) {
  return {
    from: show('from:name'),
    in: show('in:room'),
    before: show('before:2025-01-31'),
    after: show('after:2025-01'),
    link: show('has:link'),
    image: show('has:image'),
  };
}
