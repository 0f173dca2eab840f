import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseFromMenu, explorerRow, pageFrame, pause, runCommand } from './hostWindow.js';
import { startSession, type Session } from './session.js';

const root = path.resolve(import.meta.dirname, '../..');
const pictures = path.join(root, 'dist/screenshots/kinds');

/** One folder of each kind of weights, by the name it has in the fixtures. */
const kinds: Readonly<Record<string, string>> = {
  gguf: 'cases/gguf_quantised_all',
  fp8: 'cases/fp8_block_scaled',
  unreadTypes: 'cases/st_new_dtypes',
  distributed: 'cases/fsdp_distcp/pytorch_model_fsdp_0',
  deviceMesh: 'cases/dtensor_rank_files',
  layerFiles: 'cases/neox_layer_files',
  constants: 'cases/onnx_constant_nodes',
  quantisedOnnx: 'cases/onnx_int8_qdq',
  torchscript: 'cases/jit_first_member_not_pickle',
  sparse: 'cases/pt_sparse_csr',
  experts: 'cases/moe_stacked_experts',
  lora: 'cases/lora_series/lora',
  hub: 'cases/hub_layouts',
  duplicates: 'cases/pythia_shard_duplicate',
  oneFile: 'cases/tl_grokking_single_file',
  numpy: 'cases/npz_jax_bf16',
  flax: 'msgpack',
  keras: 'hdf5',
  foreign: 'cases/unreadable_formats',
};

/** The one that the window has first. */
const looks = ['dark', 'light'];

let session: Session;
const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'wg-kinds-')));
beforeAll(async () => {
  const workspace = path.join(place, 'kinds');
  for (const [name, from] of Object.entries(kinds))
    fs.cpSync(path.join(root, 'test/fixtures', from), path.join(workspace, name), { recursive: true });
  fs.mkdirSync(pictures, { recursive: true });
  session = await startSession({
    folder: workspace,
    settings: {
      'workbench.colorTheme': 'Default Dark Modern',
      'explorer.autoReveal': false,
      'explorer.compactFolders': false,
    },
  });
});
afterAll(async () => {
  await session.end();
  fs.rmSync(place, { recursive: true, force: true });
});

/** Every folder is right-clicked and inspected, and the panel pictured in both looks; a folder that is refused says why in one line. */
it('inspects one folder of each kind from the explorer', async () => {
  const { page } = session.window;
  await page.setViewportSize({ width: 1300, height: 820 });
  await pause(6000);
  const said: string[] = [];
  for (const name of Object.keys(kinds)) {
    const row = explorerRow(page, name);
    await row.scrollIntoViewIfNeeded();
    await chooseFromMenu(page, row, 'Inspect Weight Geometry');
    const panel = await pageFrame(page, 'Overview', 20_000).catch(() => undefined);
    await panel?.locator('.run progress').waitFor({ state: 'detached', timeout: 60_000 });
    await pause(1200);
    // In one look, then in the other, which the next kind begins with.
    for (const look of looks) {
      await page.screenshot({ path: path.join(pictures, `${name}-${look}.png`), scale: 'css' });
      if (look === looks[0]) {
        await runCommand(page, 'Preferences: Toggle between Light/Dark Themes');
        await pause(1200);
      }
    }
    looks.reverse();
    const text = panel === undefined ? 'no panel' : await panel.locator('body').innerText();
    said.push(`${name}: ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
    await page.keyboard.press('Escape');
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, 'Notifications: Clear All Notifications');
    await pause(400);
  }
  fs.writeFileSync(path.join(pictures, 'said.txt'), `${said.join('\n')}\n`);
  expect(said.filter((line) => line.includes('no panel')).length).toBeLessThan(Object.keys(kinds).length / 2);
}, 900_000);
