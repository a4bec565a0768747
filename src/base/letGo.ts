/** Memory of buffers that are done with. */

/** Below this the garbage collector is soon enough. In bytes. */
const WORTH_IT = 16 * 1024;

/**
 * Gives a buffer's memory back at once; the buffer has no bytes afterwards. V8 lets tens of megabytes of buffers gather before it
 * looks for those that nobody uses any more. Only for whoever alone has the buffer; a part of a larger one is left as it is.
 */
export function letGo(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  if (byteLength < WORTH_IT || buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}
