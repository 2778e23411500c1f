/** Building blocks of hostile input: blanks, separators, openers without closers, bare names, and what parsers look for. */
const UNITS: readonly string[] = [
  ...' \t\n,;=&%+"\'\\/.:-_*([{<#?@!|~^`$0a',
  '\u00e9',
  ...[
    'a,',
    'a ,',
    ' ,',
    ', ',
    'a;',
    '; ',
    ';;',
    'a=',
    'a=b;',
    'a=b&',
    'a&',
    'a="',
    'a="b",',
    '="',
    '\\"',
    '""',
    '"a',
    "''",
  ],
  ...['%4', '%41', '%ff', '%%', 'W/', 'W/"', '"a", ', '../', '/..', './', '//', '::', ':a', '1,', '0-', '-0,', '0-0,'],
  ...[
    'q=',
    ';q=0.',
    'a/b,',
    'a/b;c=d;',
    'for=',
    'for=a;',
    ',for="',
    '--',
    '-a',
    '--a\r\n',
    '\r\n',
    '\r\n\r\n',
    'a: b\r\n',
  ],
  ...['{"a":', '[[', '[1,', '[{},', '[{"a":1},', '"\\u', '\\u0000', '__proto__', '"constructor":{', '{}', 'null,'],
  ...['<%', '<%=', '%>', '<% if (a) { %>', '<%= $a %>', '<!--', '-->', '<a ', '<a>', '</', '${', '`', '//', '/*', '*/'],
  ...["'a", '$a$', '$$', "E'\\", 'select ', '--\n', '/* ', 'a.', 'a-', '1.1.1.1, ', '[::1], ', 'Bearer ', 'http://'],
]

/** Texts of about `size` characters, by their building blocks. */
export function shapes(size: number): Map<string, string> {
  const out = new Map<string, string>()
  for (const unit of UNITS) {
    const run = unit.repeat(Math.ceil(size / unit.length))
    out.set(JSON.stringify(unit), run)
    // A text that fails at its end makes backtracking parsers retry from every earlier position.
    if (unit.length < 3) out.set(`a, ${JSON.stringify(unit)}, b`, `a${run}b`)
  }
  const names = (separator: string) => {
    let text = ''
    for (let i = 0; text.length < size; i++) text += `n${i}${separator}`
    return text
  }
  for (const separator of ['&', '=&', ';', '=v; ', ', ', ',', '/', '.'])
    out.set(`names and ${separator}`, names(separator))
  return out
}

/** Characters that are allowed in a header field (RFC 9110, section 5.5). */
export function isFieldText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}

/** Characters that are allowed in a request target. */
export function isTargetText(text: string): boolean {
  return /^[\x21\x24-\x3b\x3d\x3f-\x5f\x61-\x7e]*$/.test(text)
}
