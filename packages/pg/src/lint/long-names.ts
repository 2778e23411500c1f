import { scanSql } from '../sql/sql-scanner.ts'
import type { Fault } from './fault.ts'
import { cutName } from './identifiers.ts'
import type { ParsedStatement } from './parser.ts'

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_$]*$/u

/** Names that PostgreSQL would cut. */
export function checkNames({ text }: ParsedStatement): Fault[] {
  let recipe = ''
  for (const { kind, text: piece } of scanSql(text)) recipe += isName(kind, piece) ? cut(piece) : piece
  return recipe === text ? [] : [{ rule: 'name_too_long', recipe: `${recipe}; -- the names that it would have` }]
}

function isName(kind: string, piece: string): boolean {
  return (kind === 'quoted' && piece.startsWith('"')) || (kind === 'code' && IDENTIFIER.test(piece))
}

function cut(piece: string): string {
  if (!piece.startsWith('"')) return cutName(piece)
  const name = piece.slice(1, -1).replaceAll('""', '"')
  return `"${cutName(name).replaceAll('"', '""')}"`
}
