/**
 * Environment of every process that may load onnxruntime. From 1.30 its builds for Linux and macOS collect usage events:
 * a device identifier and a database in the user's cache, a log in the temporary folder, uploads to its maker. The
 * library reads this once, while it is loaded. Its builds for Windows have no switch: they hand events to the system's
 * own event tracing, which Windows' diagnostics setting governs.
 */
export const libraryTelemetryOff = { ORT_DISABLE_TELEMETRY: '1' } as const;
