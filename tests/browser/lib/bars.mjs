// Bars on figures. Times get the slack that `--slack N` gives: inside `cargo xtask test` other work runs beside us.

const at = process.argv.indexOf('--slack');
/** `--slack 5` on the command line. */
export const slack = at < 0 ? 1 : Number(process.argv[at + 1]);

/** What is broken, in words; nothing when all hold. */
export function broken(figures, times_max) {
  return Object.entries(times_max).flatMap(([name, bar]) => {
    const found = figures[name];
    return typeof found === 'number' && found <= bar * slack ? [] : [`${name} is ${found}, at most ${bar * slack}`];
  });
}
