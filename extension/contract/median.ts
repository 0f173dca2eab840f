/** The middle one of an odd number of values, the mean of the middle two of an even number. @throws RangeError for none. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) throw new RangeError('No numbers have no median.');
  const ascending = [...values].sort((a, b) => a - b);
  const middle = Math.floor(ascending.length / 2);
  return ascending.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
};
