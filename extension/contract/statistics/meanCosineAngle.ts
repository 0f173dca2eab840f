/** arccos √(mean cos²θ), radians: one angle for a set of principal angles; 0 for none. */
export const meanCosineAngle = (angles: readonly number[]): number =>
  angles.length === 0
    ? 0
    : Math.acos(
        Math.sqrt(Math.min(1, angles.reduce((sum, angle) => sum + Math.cos(angle) ** 2, 0) / angles.length)),
      );
