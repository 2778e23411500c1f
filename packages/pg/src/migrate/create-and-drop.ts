import { pgError } from '../errors.ts'
import type { StatementText } from '../sql/sql-scanner.ts'

const NAME = String.raw`((?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?: ?\. ?(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))*)`
const KIND =
  '(table|view|materialized view|index|sequence|schema|type|domain|extension|function|procedure|aggregate|trigger|policy|collation|publication)'
const CREATE = new RegExp(
  `^create (?:or replace )?(?:unlogged |unique |constraint |recursive )?${KIND} (?:concurrently )?(?:if not exists )?${NAME}`,
  'iu',
)
const DROP = new RegExp(`^drop ${KIND} (?:concurrently )?(?:if exists )?${NAME}`, 'iu')
const COLUMN = new RegExp(
  `^alter table (?:if exists )?(?:only )?${NAME} (add|drop) column (?:if (?:not )?exists )?${NAME}`,
  'iu',
)
const WHY = /--[ \t]*allow[ \t]+create_and_drop[ \t]*:[ \t]*\S/i

/**
 * Rejects an up part that undoes what it has created: usually the down part's marker was not recognized. `-- allow
 * create_and_drop: why` confirms that it is intended.
 *
 * @throws `migration_invalid`
 */
export function refuseCreateAndDrop(file: string, up: string, statements: readonly StatementText[]): void {
  if (WHY.test(up)) return
  const created = new Set<string>()
  for (const { normal } of statements) {
    const { made, dropped } = effectOf(normal)
    if (made) created.add(made)
    if (!dropped || !created.delete(dropped)) continue
    const reason = `creates and drops the ${dropped} in its way there. Write "-- down" where the way back begins, or say that it is meant: -- allow create_and_drop: why`
    throw pgError('migration_invalid', { file, reason })
  }
}

function effectOf(statement: string): { made?: string; dropped?: string } {
  if (!/^(?:create|drop|alter) /i.test(statement)) return {}
  const column = COLUMN.exec(statement)
  if (column) {
    const name = `column ${plain(column[1]!)}.${plain(column[3]!)}`
    return column[2]!.toLowerCase() === 'add' ? { made: name } : { dropped: name }
  }
  const create = CREATE.exec(statement)
  if (create) return { made: `${create[1]!.toLowerCase()} ${plain(create[2]!)}` }
  const drop = DROP.exec(statement)
  return drop ? { dropped: `${drop[1]!.toLowerCase()} ${plain(drop[2]!)}` } : {}
}

/** As PostgreSQL reads it: lower case unless quoted, without `public`. */
function plain(name: string): string {
  return name
    .replaceAll(/ ?\. ?/g, '.')
    .replace(/"((?:[^"]|"")+)"|[^".]+/g, (all, quoted?: string) => quoted ?? all.toLowerCase())
    .replace(/^public\./, '')
}
