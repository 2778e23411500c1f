import { scanSql } from '../sql/sql-scanner.ts'

/** Splits `alter table t add column a int, drop column b` into `alter table t` and its commands. */
export function splitAlter(text: string): { head: string; commands: string[] } {
  const pieces = [...scanSql(text)]
  const words = pieces.filter(({ kind }) => kind === 'code' || kind === 'quoted').length
  const from = endOfHead(text)
  if (words === 0 || from < 0) return { head: text, commands: [text] }
  const commands: string[] = []
  let at = 0
  let start = from
  let depth = 0
  for (const { kind, text: piece } of pieces) {
    if (at >= from && kind === 'code') {
      if (piece === '(' || piece === '[') depth++
      if (piece === ')' || piece === ']') depth--
      if (piece === ',' && depth === 0) {
        commands.push(text.slice(start, at).trim())
        start = at + 1
      }
    }
    at += piece.length
  }
  commands.push(text.slice(start).trim())
  return { head: text.slice(0, from).trim(), commands }
}

const HEAD =
  /^alter\s+(?:foreign\s+|materialized\s+)?(?:table|view|index|sequence)\s+(?:if\s+exists\s+)?(?:only\s+)?(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))*\s*\*?\s*/iu

/** The end of the table's name. */
function endOfHead(text: string): number {
  return HEAD.exec(text)?.[0].length ?? -1
}
