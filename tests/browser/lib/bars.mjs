// Bars on figures. Times get the slack that `--slack N` gives: inside `cargo xtask test` other work runs beside us.

/** `--slack 5` on the command line. */
export const slack = Number(process.argv[process.argv.indexOf("--slack") + 1] ?? 1) || 1;

/** What is broken, in words; nothing when all hold. */
export function broken(figures, times_max) {
  return Object.entries(times_max).flatMap(([name, bar]) => {
    const found = figures[name];
    return typeof found === 'number' && found <= bar * slack ? [] : [`${name} is ${found}, at most ${bar * slack}`];
  });
}
