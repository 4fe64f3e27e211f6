/** Options of the command line, `--name value`. */
export function options() {
  const words = process.argv.slice(2);
  return Object.fromEntries(words.flatMap((word, index) => (word.startsWith("--") ? [[word.slice(2), words[index + 1]]] : [])));
}
