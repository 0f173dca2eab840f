// Writes a made language model: node test/made/model.mjs FOLDER [LAYERS] [WIDTH] [SEED]
// bfloat16 safetensors with config.json, grouped queries, and what real files hold besides matrices: vectors, a scalar,
// an integer counter, an empty tensor, one with NaN, an unused bias of zeros. 32 layers make 300 tensors.
import fs from 'node:fs';
import path from 'node:path';

const [folder, layersText = '32', widthText = '128', seedText = '1'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('node test/made/model.mjs FOLDER [LAYERS] [WIDTH] [SEED]');
  process.exit(2);
}
const [layers, width, seed] = [layersText, widthText, seedText].map(Number);
const headSize = 16;
const heads = width / headSize;
const keyValueHeads = Math.max(1, heads / 4);
const hidden = Math.round((width * 8) / 3);
const vocabulary = 4 * width;

/** mulberry32, then Box and Muller. */
let state = seed >>> 0;
const uniform = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const vector = (length, scale, mean = 0) => Float32Array.from({ length }, () => mean + scale * normal());

/** Noise with a few strong directions, the more the later the layer. */
const matrix = (rows, columns, strength) => {
  const scale = 1 / Math.sqrt(columns);
  const values = vector(rows * columns, scale);
  for (let spike = 0; spike < 4; spike++) {
    const [left, right] = [vector(rows, 1 / Math.sqrt(rows)), vector(columns, 1 / Math.sqrt(columns))];
    const size = (strength * 3) / (1 + spike);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) values[i * columns + j] += size * left[i] * right[j];
  }
  return values;
};

/** Round to nearest, ties to even; NaN stays NaN. */
const bfloat16 = (values) => {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  const out = new Uint16Array(words.length);
  for (const [i, word] of words.entries())
    out[i] = Number.isNaN(values[i]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  return Buffer.from(out.buffer);
};

const header = {};
const data = [];
let offset = 0;
const put = (name, shape, bytes, dtype = 'BF16') => {
  header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
  offset += bytes.length;
  data.push(bytes);
};
const putMatrix = (name, rows, columns, strength) =>
  put(name, [rows, columns], bfloat16(matrix(rows, columns, strength)));
const putVector = (name, values) => put(name, [values.length], bfloat16(values));

putMatrix('model.embed_tokens.weight', vocabulary, width, 2);
for (let layer = 0; layer < layers; layer++) {
  const at = `model.layers.${layer}`;
  const late = (layer + 1) / layers;
  const [queries, keys] = [heads * headSize, keyValueHeads * headSize];
  putMatrix(`${at}.self_attn.q_proj.weight`, queries, width, 1.5 * late);
  putMatrix(`${at}.self_attn.k_proj.weight`, keys, width, 1.5 * late);
  putMatrix(`${at}.self_attn.v_proj.weight`, keys, width, 0.4);
  putMatrix(`${at}.self_attn.o_proj.weight`, width, queries, 0.8 * late);
  putMatrix(`${at}.mlp.gate_proj.weight`, hidden, width, 1 - 0.5 * late);
  putMatrix(`${at}.mlp.up_proj.weight`, hidden, width, 0.6);
  putMatrix(`${at}.mlp.down_proj.weight`, width, hidden, late > 0.9 ? 0 : 0.9);
  putVector(`${at}.input_layernorm.weight`, vector(width, 0.05, 0.6));
  putVector(`${at}.post_attention_layernorm.weight`, vector(width, 0.03, 1));
}
putVector('model.norm.weight', vector(width, 0.1, 2));
putMatrix('lm_head.weight', vocabulary, width, 2);
putVector(
  'model.rotary_emb.inv_freq',
  Float32Array.from({ length: headSize / 2 }, (_, i) => 1e4 ** (-i / 8)),
);
putVector('score.bias', new Float32Array(16));
put('step', [], Buffer.from(new BigInt64Array([12000n]).buffer), 'I64');
put('logit_scale', [], Buffer.from(new Float32Array([4.6]).buffer), 'F32');
put('past.empty', [0, width], Buffer.alloc(0));
putVector('probe.bias', Float32Array.of(0.5, Number.NaN, -0.25, 1));
putMatrix('visual.proj.weight', width, width / 2, 0.2);
putVector('visual.bias', vector(width, 0.02));
putVector('adapter.scale', vector(8, 0.01, 1));

fs.mkdirSync(folder, { recursive: true });
const text = JSON.stringify(header);
const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
const size = Buffer.alloc(8);
size.writeBigUInt64LE(BigInt(padded.length));
fs.writeFileSync(path.join(folder, 'model.safetensors'), Buffer.concat([size, padded, ...data]));
const config = {
  model_type: 'llama',
  hidden_size: width,
  intermediate_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: keyValueHeads,
  head_dim: headSize,
  vocab_size: vocabulary,
};
fs.writeFileSync(path.join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
console.log(`${Object.keys(header).length} tensors, ${layers} layers, ${offset} bytes in ${folder}`);
