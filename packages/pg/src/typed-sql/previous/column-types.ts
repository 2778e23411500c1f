import type { ColumnType } from './table-facts.ts'

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'citext', 'name'])
/** Each takes the values of those before it. */
const WIDENINGS: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'numeric'],
  ['float4', 'float8'],
  ['int2', 'int4', 'float8'],
  ['json', 'jsonb'],
  ['jsonb', 'json'],
  ['cidr', 'inet'],
]

/** Whether a column takes every value that it took with its earlier type, where values are sent as text. */
export function takesAll(before: ColumnType, after: ColumnType): boolean {
  if (after.labels) return before.labels?.every(label => after.labels!.includes(label)) ?? false
  if (TEXTS.has(after.name) && after.modifier < 0) return true
  if (before.name === after.name) return before.modifier === after.modifier || isWider(before, after)
  if (TEXTS.has(after.name) && TEXTS.has(before.name)) return before.modifier >= 0 && before.modifier <= after.modifier
  if (after.modifier >= 0) return false
  return WIDENINGS.some(list => list.includes(before.name) && list.indexOf(before.name) < list.indexOf(after.name))
}

function isWider({ name, modifier: before }: ColumnType, { modifier: after }: ColumnType): boolean {
  if (after < 0) return true
  if (before < 0) return false
  if (name !== 'numeric') return after >= before
  // The precision in the upper 16 bits, the scale in the lower 11, after an offset of 4.
  const [wasScale, scale] = [(before - 4) & 0x7ff, (after - 4) & 0x7ff]
  const [wasWhole, whole] = [((before - 4) >> 16) - wasScale, ((after - 4) >> 16) - scale]
  return scale >= wasScale && whole >= wasWhole
}

/** Types of one kind come as the same type of JavaScript, written the same. */
export function kindOf({ name, labels }: Pick<ColumnType, 'name' | 'labels'>): string {
  if (labels || TEXTS.has(name)) return 'text'
  if (name === 'int2' || name === 'int4') return 'int'
  if (name === 'float4' || name === 'float8') return 'float'
  return name
}
