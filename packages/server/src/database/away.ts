/**
 * The database did not answer, or cannot work at the moment. Not a Failure: whether a commit that ended so had its
 * effect is not known, and nobody may act as if it had none.
 */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';

  constructor(cause: unknown) {
    super('the database is not usable at the moment', { cause });
  }
}
