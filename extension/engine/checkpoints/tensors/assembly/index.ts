// 16-bit floats to float64, eight at a time: numbers behind the last one up to a multiple of eight are read and written.

/** bfloat16 is the upper half of a float32. */
export function bfloat16(from: usize, count: i32, to: usize): void {
  const zero = i16x8.splat(0);
  for (let i = 0; i < count; i += 8) {
    const eight = v128.load(from);
    widen(
      v128.shuffle<i16>(zero, eight, 0, 8, 1, 9, 2, 10, 3, 11),
      v128.shuffle<i16>(zero, eight, 4, 12, 5, 13, 6, 14, 7, 15),
      to,
    );
    from += 16;
    to += 64;
  }
}

/** IEEE 754 binary16. */
export function float16(from: usize, count: i32, to: usize): void {
  for (let i = 0; i < count; i += 8) {
    const eight = v128.load(from);
    widen(asFloat32(i32x4.extend_low_i16x8_u(eight)), asFloat32(i32x4.extend_high_i16x8_u(eight)), to);
    from += 16;
    to += 64;
  }
}

/** Bits of four float16 to float32: the exponent's bias differs by 112, subnormal numbers included. */
function asFloat32(bits: v128): v128 {
  const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const finite = f32x4.mul(magnitude, f32x4.splat(5192296858534827628530496329220096.0));
  const isSpecial = i32x4.ge_s(magnitude, i32x4.splat(0x7c00 << 13));
  const special = v128.or(magnitude, i32x4.splat(0x7f800000));
  return v128.or(v128.bitselect(special, finite, isSpecial), sign);
}

/** Eight float32 to float64. */
function widen(low: v128, high: v128, to: usize): void {
  v128.store(to, f64x2.promote_low_f32x4(low));
  v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<i64>(low, low, 1, 0)), 16);
  v128.store(to, f64x2.promote_low_f32x4(high), 32);
  v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<i64>(high, high, 1, 0)), 48);
}
