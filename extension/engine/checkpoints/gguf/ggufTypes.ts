import type { BlockDecoder } from '../tensors/blockTensor.js';
import type { NumericDtype } from '../tensors/checkpoint.js';
import { blockCodes } from './blockCodes.js';

/** A ggml type: `blockBytes` hold `blockElements` values, plain numbers (`dtype`), decoded codes, or neither. */
export interface GgufType {
  readonly name: string;
  readonly blockElements: number;
  readonly blockBytes: number;
  readonly dtype?: NumericDtype;
  readonly decoder?: BlockDecoder;
}

const plain = (name: string, blockBytes: number, dtype: NumericDtype): GgufType => ({
  name,
  blockElements: 1,
  blockBytes,
  dtype,
});
const quantised = (name: string, blockElements: number, blockBytes: number): GgufType => {
  const decode = blockCodes[name];
  const decoder = decode && { elements: blockElements, bytes: blockBytes, decode };
  return { name, blockElements, blockBytes, ...(decoder === undefined ? {} : { decoder }) };
};

/** By the number in the file (ggml.h, `enum ggml_type`; block sizes from ggml-common.h). Removed types are absent. */
export const ggufTypes: ReadonlyMap<number, GgufType> = new Map([
  [0, plain('F32', 4, 'float32')],
  [1, plain('F16', 2, 'float16')],
  [2, quantised('Q4_0', 32, 18)],
  [3, quantised('Q4_1', 32, 20)],
  [6, quantised('Q5_0', 32, 22)],
  [7, quantised('Q5_1', 32, 24)],
  [8, quantised('Q8_0', 32, 34)],
  [9, quantised('Q8_1', 32, 36)],
  [10, quantised('Q2_K', 256, 84)],
  [11, quantised('Q3_K', 256, 110)],
  [12, quantised('Q4_K', 256, 144)],
  [13, quantised('Q5_K', 256, 176)],
  [14, quantised('Q6_K', 256, 210)],
  [15, quantised('Q8_K', 256, 292)],
  [16, quantised('IQ2_XXS', 256, 66)],
  [17, quantised('IQ2_XS', 256, 74)],
  [18, quantised('IQ3_XXS', 256, 98)],
  [19, quantised('IQ1_S', 256, 50)],
  [20, quantised('IQ4_NL', 32, 18)],
  [21, quantised('IQ3_S', 256, 110)],
  [22, quantised('IQ2_S', 256, 82)],
  [23, quantised('IQ4_XS', 256, 136)],
  [24, plain('I8', 1, 'int8')],
  [25, plain('I16', 2, 'int16')],
  [26, plain('I32', 4, 'int32')],
  [27, plain('I64', 8, 'int64')],
  [28, plain('F64', 8, 'float64')],
  [29, quantised('IQ1_M', 256, 56)],
  [30, plain('BF16', 2, 'bfloat16')],
  [34, quantised('TQ1_0', 256, 54)],
  [35, quantised('TQ2_0', 256, 66)],
  [39, quantised('MXFP4', 32, 17)],
  [40, quantised('NVFP4', 64, 36)],
  [41, quantised('Q1_0', 128, 18)],
]);
