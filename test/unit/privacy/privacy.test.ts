import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TracedPlace, canTrace, outside, type Trace } from './trace.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = path.join(root, 'node_modules', '.cache', 'weight-geometry', `traced-${process.pid}`);
const bundled = (name: string): string => path.join(dist, `${name}.js`);

/** The files of the product and of Node; the system's own that any program reads, and its devices. */
const program = [root.replace(/\/$/, ''), path.dirname(path.dirname(process.execPath))];
const system = ['/proc', '/sys', '/dev', '/etc', '/lib', '/lib64', '/usr', '/opt'];

let place: TracedPlace;
const expectQuiet = (trace: Trace): void => {
  expect(trace.errors.split('\n').filter((line) => line.startsWith('weight-geometry:'))).toEqual([]);
  expect(trace.status).toBe(0);
  expect(trace.sockets).toEqual([]);
  expect(outside(trace.written, [place.chosen, '/dev/null'])).toEqual([]);
  expect(outside(trace.read, [place.chosen, ...program, ...system])).toEqual([]);
  expect(place.leftBehind()).toEqual([]);
};

describe.skipIf(!canTrace())('under strace (skipped where it is missing or forbidden)', () => {
  beforeAll(async () => {
    place = new TracedPlace();
    await build({
      entryPoints: {
        engine: path.join(root, 'extension/engine/main.ts'),
        cli: path.join(root, 'extension/cli/main.ts'),
        window: path.join(root, 'test/unit/privacy/windowChildren.ts'),
      },
      outdir: dist,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['onnxruntime-node', 'vscode'],
      define: { PRODUCT_VERSION: '"0.0.0"' },
      logLevel: 'error',
    });
  });
  afterAll(() => {
    rmSync(dist, { recursive: true, force: true });
    place.remove();
  });

  it('the tracer sees a socket and a file where there are some', () => {
    const file = path.join(place.temporary, 'x');
    const script = `require('fs').writeFileSync(${JSON.stringify(file)}, ''); require('net').connect(9, '127.0.0.1').on('error', () => {});`;
    const trace = place.run(['-e', script]);
    rmSync(file);
    expect(trace.sockets.some((call) => call.startsWith('connect('))).toBe(true);
    expect(outside(trace.written, [place.chosen])).toContain(file);
  });

  it('inspect, which evaluates the model at each rank, opens no socket and leaves no file', () => {
    const series = path.join(place.chosen, 'series');
    cpSync(path.join(root, 'media', 'sample-series'), series, { recursive: true });
    const json = path.join(place.chosen, 'report.json');
    const trace = place.run([bundled('cli'), 'inspect', series, '--json', json]);
    expectQuiet(trace);
    expect(trace.read.some((file) => file.includes('libonnxruntime'))).toBe(true);
    expect(existsSync(json)).toBe(true);
  });

  it('a training of 6,000 steps writes in its folder alone', { timeout: 600_000 }, () => {
    const out = path.join(place.chosen, 'run');
    const size = [
      'model.d=8',
      'model.dFf=8',
      'model.layers=1',
      'batch=32',
      'stop=null',
      'checkpointEvery=1000',
    ];
    const args = size.flatMap((assignment) => ['--set', assignment]);
    const trace = place.run([
      ...[bundled('cli'), 'train', 'tiny', '--out', out, '--provider', 'cpu', '--max-steps', '6000'],
      ...args,
    ]);
    expectQuiet(trace);
    expect(existsSync(path.join(out, 'checkpoints', 'step_006000.safetensors'))).toBe(true);
    expect(outside(trace.written, [out, '/dev/null'])).toEqual([]);
  });

  it("the window's children, forked as the host does, do likewise; the cache is where the host says", () => {
    const cache = path.join(place.chosen, 'storage');
    mkdirSync(cache);
    const series = path.join(place.chosen, 'window-series');
    cpSync(path.join(root, 'media', 'sample-series'), series, { recursive: true });
    const plan = path.join(place.chosen, 'plan.json');
    const out = path.join(place.chosen, 'window-run');
    writeFileSync(plan, JSON.stringify({ bundle: bundled('engine'), series, cache, out }));
    const trace = place.run([bundled('window'), plan]);
    expectQuiet(trace);
    expect(outside(trace.written, [out, cache, '/dev/null'])).toEqual([]);
    expect(trace.read.some((file) => file.includes('libonnxruntime'))).toBe(true);
    expect(existsSync(path.join(out, 'run.json'))).toBe(true);
  });
});
