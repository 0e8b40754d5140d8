const [carriageReturn, lineFeed] = [0x0d, 0x0a];

/** Text as messages carry it, with CR LF at the end of each line, with the line ends of this system (RFC 9580 section 5.9). */
export async function* nativeLineEnds(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  // One at the end of a piece waits for what the next one begins with.
  let isHeld = false;
  for await (const piece of text) {
    const whole: Buffer = isHeld ? Buffer.concat([Buffer.of(carriageReturn), piece]) : piece;
    isHeld = whole.at(-1) === carriageReturn;
    const kept = withoutCarriageReturns(isHeld ? whole.subarray(0, -1) : whole);
    if (kept.length > 0) {
      yield kept;
    }
  }
  if (isHeld) {
    yield Buffer.of(carriageReturn);
  }
}

/** Those before a line feed; others are part of the text. */
function withoutCarriageReturns(text: Buffer): Buffer {
  const result = Buffer.allocUnsafe(text.length);
  let length = 0;
  let from = 0;
  for (let at = text.indexOf(carriageReturn); at !== -1; at = text.indexOf(carriageReturn, at + 1)) {
    if (text[at + 1] === lineFeed) {
      length += text.copy(result, length, from, at);
      from = at + 1;
    }
  }
  length += text.copy(result, length, from);
  return result.subarray(0, length);
}
