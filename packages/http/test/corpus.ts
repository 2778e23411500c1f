import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Case {
  file: string
  line: number
  name: string
  bytes: Buffer
  expected: string[]
  options: Record<string, number>
}

const FOLDER = join(import.meta.dirname, '../corpus')

/** The cases of `corpus/*.md`; corpus/README.md says how they are written. */
export function readCorpus(): Case[] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.md') && file !== 'README.md')
    .flatMap(file => readFile(file))
}

function readFile(file: string): Case[] {
  const text = readFileSync(join(FOLDER, file), 'utf8')
  const out: Case[] = []
  const pattern = /^### (.+)\n(?:[^`#]*\n)?```http(.*)\n([\s\S]*?)```\n((?:> .*\n)+)/gm
  for (const match of text.matchAll(pattern)) {
    const [, name = '', settings = '', block = '', results = ''] = match
    out.push({
      file,
      line: text.slice(0, match.index).split('\n').length,
      name,
      bytes: decode(block),
      expected: results
        .trimEnd()
        .split('\n')
        .map(line => line.slice(2)),
      options: Object.fromEntries(settings.trim().split(/\s+/).filter(Boolean).map(readSetting)),
    })
  }
  const headings = text.match(/^### /gm)?.length ?? 0
  if (headings !== out.length)
    throw new Error(`${file}: ${headings} headings, but ${out.length} cases that can be read`)
  return out
}

function readSetting(text: string): [string, number] {
  const [name = '', value] = text.split('=')
  return [name, Number(value)]
}

/** Lines end with CRLF, unless with `\`; `\r`, `\n`, `\0`, `\xHH` and `{text*count}` stand for what they look like. */
function decode(block: string): Buffer {
  const text = block
    .replace(/\\\n/g, '')
    .replace(/\n/g, '\r\n')
    .replace(/\{(.+?)\*(\d+)\}/g, (_, unit: string, count: string) => unit.repeat(Number(count)))
    .replace(/\\(?:x([0-9a-f]{2})|([rn0t]))/gi, (_, hex: string | undefined, letter: string) =>
      hex === undefined
        ? { r: '\r', n: '\n', 0: '\0', t: '\t' }[letter]!
        : String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(text, 'latin1')
}
