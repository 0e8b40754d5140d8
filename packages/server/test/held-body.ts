/** A body of which the first bytes come at once, and the others when the gate opens. */
export function heldBack(message: Buffer) {
  const gate = Promise.withResolvers<void>();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(message.subarray(0, 100)));
      await gate.promise;
      controller.enqueue(new Uint8Array(message.subarray(100)));
      controller.close();
    },
  });
  return { body, gate };
}
