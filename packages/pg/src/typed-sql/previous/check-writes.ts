import { takesAll } from './column-types.ts'
import type { ColumnFacts, TableFacts, Tables } from './table-facts.ts'
import type { QueryEffects, Write } from './writes.ts'

/** What is wrong with a query in the schema to be. */
export interface Objection {
  problem: string
  /** The table, if it depends on the values whether it happens. */
  dependsOn: string | undefined
}

/** What the schema to be refuses of what a query does, and the schema before does not. */
export function checkEffects({ writes, tables }: QueryEffects, before: Tables, after: Tables): Objection[] {
  const found = writes.flatMap(write => {
    const [was, is] = [before.get(write.table), after.get(write.table)]
    return was && is ? [...checkColumns(write, was, is), ...checkTable(write, was, is)] : []
  })
  for (const table of tables) {
    if (before.get(table)?.rowSecurity === false && after.get(table)?.rowSecurity === true) {
      found.push({ problem: `row security of ${table} is enabled, which may hide rows`, dependsOn: table })
    }
  }
  return found
}

function checkColumns(write: Write, was: TableFacts, is: TableFacts): Objection[] {
  const { event, table } = write
  if (event === 'delete') return []
  const written = new Map((write.columns ?? was.columns.map(unknownValue)).map(column => [column.name, column.value]))
  return is.columns.flatMap(column => {
    const earlier = was.columns.find(({ name }) => name === column.name)
    const value = written.get(column.name) ?? (event === 'insert' ? 'default' : undefined)
    return value === undefined ? [] : checkColumn({ table, event, value }, column, earlier)
  })
}

const unknownValue = ({ name }: ColumnFacts) => ({ name, value: 'unknown' as const })

interface ColumnWrite {
  table: string
  event: 'insert' | 'update'
  value: 'null' | 'default' | 'constant' | 'unknown'
}

function checkColumn({ table, event, value }: ColumnWrite, is: ColumnFacts, was: ColumnFacts | undefined): Objection[] {
  const name = `${table}.${is.name}`
  const wasFree = was === undefined || !was.notNull
  if (value === 'default') {
    const isRefused = is.notNull && !is.hasDefault
    const wasRefused = was?.notNull === true && !was.hasDefault
    if (isRefused && !wasRefused) {
      return [certain(`its ${event} leaves out ${name}, which may not be null and has no default`)]
    }
    const losesDefault = was?.hasDefault === true && !is.hasDefault && !isRefused
    return losesDefault ? [certain(`its ${event} leaves out ${name}, whose default is gone`)] : []
  }
  const found: Objection[] = []
  if (is.notNull && wasFree && was !== undefined) {
    if (value === 'null') found.push(certain(`its ${event} sets ${name} to null, which it may not be any more`))
    else if (value === 'unknown') {
      found.push({ problem: `its ${event} may set ${name} to null, which it may not be any more`, dependsOn: table })
    }
  }
  if (was && !takesAll(was.type, is.type)) {
    const change =
      was.type.text === is.type.text ? `${is.type.text} has fewer values` : `${was.type.text} becomes ${is.type.text}`
    found.push({ problem: `its ${event} writes ${name}, and ${change}`, dependsOn: table })
  }
  return found
}

function checkTable(write: Write, was: TableFacts, is: TableFacts): Objection[] {
  const { event, table } = write
  const existed = new Set(was.columns.map(({ name }) => name))
  const written = new Set(write.columns?.map(({ name }) => name) ?? existed)
  const concerns = (columns: readonly string[]) =>
    event === 'insert'
      ? columns.length === 0 || columns.some(name => existed.has(name))
      : columns.some(name => written.has(name))
  const isNew = (definition: string, all: readonly { definition: string }[]) =>
    !all.some(other => other.definition === definition)
  const found: Objection[] = []
  for (const { kind, name, definition, columns } of is.constraints) {
    if (event === 'delete' || !isNew(definition, was.constraints) || !concerns(columns)) continue
    const words = definition.replace(/^CREATE UNIQUE INDEX ON \S+ USING btree /, 'UNIQUE ')
    found.push({
      problem: `its ${event} may violate the new ${kind} constraint ${name} of ${table}: ${words}`,
      dependsOn: table,
    })
  }
  for (const { definition, from, columns } of is.references) {
    const breaks = event === 'delete' || (event === 'update' && columns.some(name => written.has(name)))
    if (!breaks || !isNew(definition, was.references)) continue
    found.push({
      problem: `its ${event} may be refused for the new foreign key of ${from}: ${definition}`,
      dependsOn: table,
    })
  }
  for (const { name, definition, events } of is.triggers) {
    if (!events.includes(event) || !isNew(definition, was.triggers)) continue
    found.push({ problem: `its ${event} fires the new trigger ${name} of ${table}`, dependsOn: table })
  }
  return found
}

function certain(problem: string): Objection {
  return { problem, dependsOn: undefined }
}
