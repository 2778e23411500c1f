import { scanSql } from './sql-scanner.ts'

/** What a statement leaves behind on its session, and what it does not. */
export interface SessionLeak {
  what: string
  instead: string
  /** Leaks only if this parameter, from 0, is not true: `set_config($1, $2, $3)`. */
  unlessTrue?: number
  /** Of use to the transaction that makes it, which may have it: then only its connection is replaced. */
  usedInTransaction?: true
}

const SETTINGS = "set_config(…, true) in tx(), or scope({ settings: { 'app.user': id } })"
const LOCKS = 'pg_advisory_xact_lock() in tx()'

/** All of these contain one of the words, so that most texts are settled by one search. */
const SUSPECT = /set_config|advisory|prepare|declare|temp|\bdo\b/i

/**
 * Finds what a statement would leave behind on a shared session: settings, locks, prepared statements, cursors. The inside
 * of functions is not examined.
 */
export function findSessionLeak(text: string): SessionLeak | undefined {
  if (!SUSPECT.test(text)) return undefined
  const words: string[] = []
  let body = ''
  for (const { kind, text: piece } of scanSql(text)) {
    if (kind !== 'code' && kind !== 'quoted') continue
    words.push(wordOf(kind, piece))
    if (kind === 'quoted' && !piece.startsWith('"')) body += ` ${contentOf(piece)}`
  }
  const first = words[0]
  if (first === 'do') return leakOfBlock(body)
  if (first === 'prepare' && words[1] !== 'transaction') {
    return { what: 'PREPARE', instead: 'the query itself: it is prepared automatically' }
  }
  if (first === 'declare' && words.includes('hold') && !words.join(' ').includes('without hold')) {
    return { what: 'DECLARE … WITH HOLD', instead: 'stream()' }
  }
  return leakOfCalls(words) ?? leakOfTemporary(words)
}

const MAKES_TEMPORARY =
  /^create (?:(?:or replace )?(?:(?:local|global) )?temp(?:orary)? |table (?:if not exists )?pg_temp )/

/** CREATE TEMPORARY and SELECT INTO TEMPORARY, unless it ends with its transaction. */
function leakOfTemporary(words: readonly string[]): SessionLeak | undefined {
  const text = words.filter(word => !word.startsWith("'")).join(' ')
  const makes = MAKES_TEMPORARY.test(text) || (words[0] === 'select' && /\binto temp(?:orary)? (?!from )/.test(text))
  if (!makes || text.includes('on commit drop')) return undefined
  return { what: 'a temporary table', instead: 'ON COMMIT DROP in tx()', usedInTransaction: true }
}

/** A keyword or name; a string with its quotes. */
function wordOf(kind: 'code' | 'quoted', piece: string): string {
  if (kind === 'code') return piece.toLowerCase()
  return piece.startsWith('"') ? piece.slice(1, -1) : `'${contentOf(piece)}'`
}

/** The value of a string, nearly: escapes other than of quotes stay. */
function contentOf(piece: string): string {
  if (piece.startsWith('$')) return piece.replace(/^\$[^$]*\$|\$[^$]*\$$/g, '')
  return piece.replace(/^[eE]?'|'$/g, '').replace(/''|\\'/g, "'")
}

const TRUE = /^(?:true|'(?:t|true|y|yes|on|1)')$/i

function leakOfCalls(words: readonly string[]): SessionLeak | undefined {
  for (let i = 0; i < words.length; i++) {
    if (words[i + 1] !== '(') continue
    const word = words[i]!
    if (/^pg_(?:try_)?advisory_lock(?:_shared)?$/.test(word)) return { what: `${word}()`, instead: LOCKS }
    if (word !== 'set_config') continue
    const third = thirdArgument(words, i + 2)
    if (third.length === 1 && TRUE.test(third[0]!)) continue
    const parameter = third[0] === '$' && third.length === 2 ? Number(third[1]) - 1 : undefined
    const leak = { what: 'set_config(…, false)', instead: SETTINGS }
    return parameter === undefined ? leak : { ...leak, unlessTrue: parameter }
  }
  return undefined
}

/** The words of the last of three arguments. */
function thirdArgument(words: readonly string[], from: number): string[] {
  const found: string[] = []
  let depth = 0
  let argument = 1
  for (let i = from; i < words.length; i++) {
    const word = words[i]!
    if (word === ')' && depth === 0) break
    if (word === '(') depth++
    else if (word === ')') depth--
    if (word === ',' && depth === 0) argument++
    else if (argument === 3) found.push(word)
  }
  return found
}

/** The body of a DO block, which is PL/pgSQL. */
function leakOfBlock(body: string): SessionLeak | undefined {
  const words: string[] = []
  for (const { kind, text } of scanSql(body)) {
    if (kind === 'semicolon') words.push(';')
    else if (kind === 'code' || kind === 'quoted') words.push(wordOf(kind, text))
  }
  const sets = words.some((word, i) => {
    const begins = i === 0 || /^(?:;|begin|then|else|loop)$/.test(words[i - 1]!)
    return begins && isSet(word, words[i + 1])
  })
  if (sets) return { what: 'SET inside DO', instead: SETTINGS }
  return leakOfCalls(words) ?? leakOfExecute(words)
}

function isSet(word: string, next = ''): boolean {
  return (word === 'set' || word === 'reset') && !/^(?:local|constraints|transaction)$/.test(next)
}

/** EXECUTE of a text that is known, also by `format()`. */
function leakOfExecute(words: readonly string[]): SessionLeak | undefined {
  for (const [i, word] of words.entries()) {
    if (word !== 'execute') continue
    const text = words[i + 1] === 'format' ? words[i + 3] : words[i + 1]
    if (!text?.startsWith("'")) continue
    const inner = text.slice(1, -1)
    const [first = '', second] = inner.trim().toLowerCase().split(/\s+/)
    const leak = isSet(first, second) ? { what: 'SET inside DO', instead: SETTINGS } : findSessionLeak(inner)
    if (leak) return leak
  }
  return undefined
}
