declare const PRODUCT_VERSION: string | undefined;

/** The product's version, put in by the build; sources run unbuilt (tests) are `development`. */
export const productVersion: string =
  typeof PRODUCT_VERSION === 'undefined' ? 'development' : PRODUCT_VERSION;

/** What made a report, name → version. */
export const reportVersions = (): Record<string, string> => ({
  weightGeometry: productVersion,
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
});
