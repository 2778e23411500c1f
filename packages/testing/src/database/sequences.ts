import type { Pg } from '@arlen/pg'

/** The current values of the sequences, because a rollback does not undo their steps. */
export type Sequences = ReadonlyMap<string, string | null>

export async function readSequences(db: Pg): Promise<Sequences> {
  const rows = await db.many<{ name: string; last: string | null }>(
    "select format('%I.%I', schemaname, sequencename) as name, last_value::text as last from pg_sequences",
  )
  return new Map(rows.map(({ name, last }) => [name, last]))
}

export async function restoreSequences(db: Pg, before: Sequences): Promise<void> {
  for (const [name, last] of await readSequences(db)) {
    const was = before.get(name)
    if (was === last || was === undefined) continue
    if (was === null)
      await db.query(
        'select setval($1::regclass, (select seqstart from pg_sequence where seqrelid = $1::regclass), false)',
        [name],
      )
    else await db.query('select setval($1::regclass, $2::bigint, true)', [name, was])
  }
}
