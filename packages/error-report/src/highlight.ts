import { escapeHtml, type Html, raw } from './html.ts'

/** What a piece of source is, as the class of its element: see the style sheet. */
type Kind = 'comment' | 'keyword' | 'name' | 'number' | 'string' | 'tag'

interface Piece {
  text: string
  kind: Kind | undefined
}

type Language = (source: string) => Piece[]

const KEYWORDS = new Set(
  `abstract as async await break case catch class const continue debugger declare default delete do else enum export extends
  false finally for from function get if implements import in infer instanceof interface is keyof let new null of override
  private protected public readonly return satisfies set static super switch this throw true try type typeof undefined using
  var void while with yield`.split(/\s+/),
)
const SQL_KEYWORDS = new Set(
  `add all alter and any as asc begin between by case check commit conflict constraint create cross default delete desc
  distinct do drop else end except exists false foreign from full group having if in index inner insert intersect into is join
  key lateral left like limit not null nulls offset on or order outer over partition primary recursive references returning
  right rollback select set table then true truncate union unique update using values view when where window with`.split(
    /\s+/,
  ),
)

// Strings end with their line at the latest: an excerpt may begin in the middle of one.
const SCRIPT =
  /(?<comment>\/\/.*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[\s\S])*`)|(?<number>\b\d[\w.]*)|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)/gu
const SQL =
  /(?<comment>--.*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*'?)|(?<number>\b\d[\w.]*|\$\d+)|(?<word>[\p{ID_Start}_][\p{ID_Continue}$]*|"[^"\n]*"?)/gu
const MARKUP =
  /(?<comment><!--[\s\S]*?(?:-->|$))|(?<tag><\/?[a-z][\w:-]*|\/?>)|(?<string>"[^"\n]*"|'[^'\n]*')|(?<word>&#?\w+;)/giu
const STYLES =
  /(?<comment>\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?<number>#[0-9a-f]{3,8}\b|\b\d[\w.%]*)|(?<tag>@[\w-]+)/giu
const SETTINGS =
  /(?<comment>^[ \t]*#.*)|(?<tag>^[ \t]*[\w.-]+(?=[ \t]*[=:]))|(?<string>"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)|(?<number>\b\d[\w.]*)/gmu
const OPENING = /^<%(?:==|=|_|-)?/

const script: Language = source => comments(source, SCRIPT, word => (KEYWORDS.has(word) ? 'keyword' : undefined))
const sql: Language = source =>
  comments(source, SQL, word => (SQL_KEYWORDS.has(word.toLowerCase()) ? 'keyword' : undefined))
const markup: Language = source => scan(source, MARKUP, () => 'name')
const styles: Language = source => comments(source, STYLES, () => undefined)
const settings: Language = source => scan(source, SETTINGS, () => undefined)

const LANGUAGES: readonly [RegExp, Language][] = [
  [/\.[cm]?[jt]sx?$|\.json5?$/i, script],
  [/\.ets$/i, template],
  [/\.(?:html?|xml|svg)$/i, markup],
  [/\.sql$/i, sql],
  [/\.css$/i, styles],
  [/(?:^|\/)\.env(?:\.|$)|\.(?:ya?ml|toml|ini)$/i, settings],
]

/**
 * Marks up the lines of an excerpt: keywords, strings, comments and numbers. It is not a parser: what it does not know stays as it is.
 *
 * @param file - the name of the file, which tells the language
 */
export function highlight(lines: readonly string[], file: string | undefined): Html[] {
  const language = LANGUAGES.find(([name]) => name.test(file ?? ''))?.[1]
  if (!language) return lines.map(line => raw(escapeHtml(line)))
  const out: string[] = ['']
  for (const { text, kind } of language(lines.join('\n'))) {
    for (const [i, part] of text.split('\n').entries()) {
      if (i > 0) out.push('')
      if (part !== '') out.push(out.pop()! + (kind ? `<b class="${kind}">${escapeHtml(part)}</b>` : escapeHtml(part)))
    }
  }
  return out.map(raw)
}

/** Markup with code between `<%` and `%>`; the excerpt may lack either. */
function template(source: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (let open = source.indexOf('<%'); open >= 0; open = source.indexOf('<%', from)) {
    pieces.push(...markup(source.slice(from, open)))
    const end = source.indexOf('%>', open)
    const [code, close] = end < 0 ? [source.slice(open), ''] : [source.slice(open, end), '%>']
    const [opening] = OPENING.exec(code)!
    from = open + code.length + close.length
    if (code[2] === '#') pieces.push({ text: code + close, kind: 'comment' })
    else
      pieces.push({ text: opening, kind: 'tag' }, ...script(code.slice(opening.length)), { text: close, kind: 'tag' })
  }
  return [...pieces, ...markup(source.slice(from))]
}

/** As {@link scan}, for a language with comments that the excerpt may begin in the middle of. */
function comments(source: string, pattern: RegExp, ofWord: (word: string) => Kind | undefined): Piece[] {
  const end = source.indexOf('*/')
  const start = source.indexOf('/*')
  if (end < 0 || (start >= 0 && start < end)) return scan(source, pattern, ofWord)
  return [{ text: source.slice(0, end + 2), kind: 'comment' }, ...scan(source.slice(end + 2), pattern, ofWord)]
}

function scan(source: string, pattern: RegExp, ofWord: (word: string) => Kind | undefined): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of source.matchAll(pattern)) {
    const [text] = match
    const found = Object.entries(match.groups!).find(([, value]) => value !== undefined)![0]
    if (match.index > from) pieces.push({ text: source.slice(from, match.index), kind: undefined })
    pieces.push({ text, kind: found === 'word' ? ofWord(text) : (found as Kind) })
    from = match.index + text.length
  }
  pieces.push({ text: source.slice(from), kind: undefined })
  return pieces
}
