declare const PRODUCT_VERSION: string | undefined;

/** The product's version, inserted by the build; unbuilt sources (tests) report `development`. */
export const productVersion: string =
  typeof PRODUCT_VERSION === 'undefined' ? 'development' : PRODUCT_VERSION;

/** The versions that produced a report: name → version. */
export const reportVersions = (): Record<string, string> => ({
  weightGeometry: productVersion,
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
});
