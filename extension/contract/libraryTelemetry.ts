/**
 * Environment of every process that may load onnxruntime. Since 1.30 its builds for Linux and macOS
 * collect usage events: a device identifier and a database in the user's cache, a log in the
 * temporary folder, uploads to the vendor. The library reads this variable once, on load. Its
 * builds for Windows have no switch: they write to the system's event tracing, which Windows'
 * diagnostics setting controls.
 */
export const libraryTelemetryOff = { ORT_DISABLE_TELEMETRY: '1' } as const;
