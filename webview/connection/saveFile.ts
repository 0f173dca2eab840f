import type { ExportedFile, PanelCalls } from '../../extension/contract/panel.js';

/**
 * Through VS Code's save dialog; in a report opened from disk as a download. Returns whether a file was
 * written.
 */
export async function saveFile(file: ExportedFile, host: PanelCalls | undefined): Promise<boolean> {
  if (host) {
    const reply = await host.exportFile(file);
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value;
  }
  const link = document.createElement('a');
  link.download = file.name;
  link.href = URL.createObjectURL(new Blob([file.content], { type: file.mime }));
  link.click();
  // The browser reads the blob after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return true;
}
