/** A piece, and then what follows it, which is closed also where only the piece was taken. */
export async function* concatenated<Piece>(
  first: Piece,
  rest: AsyncIterator<Piece>,
): AsyncGenerator<Piece, void, undefined> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
