// Contestants in Node take turns; medians, and ratios to the first.
const SAMPLES = 21, SAMPLE_NS = 4_000_000n;
const wrong = [];
let sink;

function timed(run, count) {
  const started = process.hrtime.bigint();
  for (let repeat = 0; repeat < count; repeat++) sink = run();
  return process.hrtime.bigint() - started;
}

/** So many that the clock's own steps vanish; by then the code is compiled. */
function repetitions(run) {
  let count = 1;
  while (timed(run, count) < SAMPLE_NS) count *= 2;
  return count;
}

/** Medians, interleaved; the ratio to the base. Who makes something wrong is told, not timed. */
export function compare(title, base, contestants, peer) {
  console.log(`\n  Node: ${title}`);
  const fit = [base];
  for (const [name, run, isRight] of contestants) {
    let failure;
    try {
      const made = run();
      failure = isRight(made) ? undefined : `wrong: ${String(made)}`;
    } catch (error) {
      // A peer may fail; it is told in its row.
      failure = `throws: ${error}`;
    }
    if (failure === undefined) {
      fit.push([name, run]);
      continue;
    }
    console.log(`  ${name.padEnd(42)}${failure.slice(0, 200)}`);
    if (name !== peer || failure.startsWith("wrong")) wrong.push(name);
  }
  const counts = fit.map(([, run]) => repetitions(run));
  const times = fit.map(() => []);
  for (let sample = 0; sample < SAMPLES; sample++) {
    fit.forEach(([, run], index) => times[index].push(Number(timed(run, counts[index])) / counts[index]));
  }
  const medians = times.map((each) => each.sort((a, b) => a - b)[(SAMPLES - 1) / 2]);
  fit.forEach(([name], index) => {
    const [time, ratio] = [medians[index].toFixed(1), (medians[index] / medians[0]).toFixed(2)];
    console.log(`  ${name.padEnd(42)}${time.padStart(12)} ns ${ratio.padStart(10)}x`);
  });
  const best = Math.min(...medians.filter((_, index) => fit[index][0].startsWith("parabus")));
  const median = medians[fit.findIndex(([name]) => name === peer)];
  if (median !== undefined && Number.isFinite(best)) {
    const ahead = median / best;
    console.log(`  ${ahead >= 1 ? `ahead of ${peer} by ${ahead.toFixed(2)}x` : `BEHIND ${peer} by ${(1 / ahead).toFixed(2)}x`}`);
  }
}

/** Fails if anybody was wrong. */
export function finish() {
  if (wrong.length === 0) return;
  console.error(`wrong: ${wrong.join(", ")}; the row says how`);
  process.exit(1);
}
