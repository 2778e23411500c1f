import { describe, expect, test } from 'vitest'
import { PatternProblem, parsePattern } from './parse-pattern.ts'
import { namesOf, segmentKey, showSegment, textOf } from './segment.ts'

const parse = (path: string) =>
  parsePattern(path, (_, inline) =>
    inline === undefined ? undefined : inline === 'bad' ? 'is bad' : { name: inline, key: inline, test: () => true },
  )

describe('a path is read into segments', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['/', []],
    ['/a/b', ['a', 'b']],
    ['/a/', ['a']],
    ['/:id', [':id']],
    ['/:id<int>/x', [':id<int>', 'x']],
    ['/:from-:to', [':from-:to']],
    ['/v:major.:minor/*rest', ['v:major.:minor', '*rest']],
    ['/:a<[0-9]+:x?>-:b', [':a<[0-9]+:x?>-:b']],
    ['/posts/:page?', ['posts', ':page']],
    ['/posts/:page<int>?', ['posts', ':page<int>']],
    ['/*path?', ['*path']],
    ['/*path/edit', ['*path', 'edit']],
    ['/café/🎸', ['café', '🎸']],
    ['/100%', ['100%']],
    ['/(a)[b]{c}+.~', ['(a)[b]{c}+.~']],
    ['/time\\:stamp/\\*/\\?\\<\\\\', ['time:stamp', '*', '?<\\']],
    ['/users/:id\\:activate', ['users', ':id:activate']],
  ])('%s', (path, segments) => expect(parse(path).segments.map(showSegment)).toEqual(segments))

  test('with what is optional and how it ends', () => {
    expect(parse('/a/:b?')).toMatchObject({ optional: true, trailingSlash: false, wildcard: false })
    expect(parse('/a/')).toMatchObject({ optional: false, trailingSlash: true, wildcard: false })
    expect(parse('/*a')).toMatchObject({ wildcard: true })
  })

  test('of texts, parameters and wildcards', () => {
    const kinds = parse('/a/x-:b/*c').segments.map(segment => segment.map(({ kind }) => kind))
    expect(kinds).toEqual([['text'], ['text', 'param'], ['wildcard']])
  })

  test('names come from left to right', () =>
    expect(namesOf(parse('/:a/x-:b.:c/*d').segments)).toEqual(['a', 'b', 'c', 'd']))

  test('text that is escaped stays one text', () => expect(textOf(parse('/a\\:b').segments[0]!)).toBe('a:b'))

  test('segments that match the same have one key, whatever the names', () => {
    const key = (path: string) => segmentKey(parse(path).segments[0]!)
    expect(key('/:a<int>-:b')).toBe(key('/:x<int>-:y'))
    expect(new Set(['/a', '/:a', '/:a<int>', '/*a', '/:a-:b', '/:a.:b', '/\\:a'].map(key)).size).toBe(7)
  })
})

describe('a path is refused that has', () => {
  test.each<[string, string, RegExp]>([
    ['no slash at its beginning', 'users', /must begin with a slash/],
    ['an empty segment', '/a//b', /an empty segment/],
    ['nothing but slashes', '//', /an empty segment/],
    ['slashes at its end', '/a//', /an empty segment/],
    ['a colon without a name', '/a/:', /a : without a name/],
    ['a name that begins with a digit', '/:1', /a : without a name/],
    ['a star without a name', '/*', /a \* without a name/],
    ['two placeholders side by side', '/:a:b', /no text between/],
    ['a name that runs into the next', '/:from_:to', /no text between/],
    ['a name twice', '/:id/x/:id', /two parameters named id/],
    ['two wildcards', '/*a/x/*b', /two wildcards/],
    ['text beside a wildcard', '/a*b', /wildcard beside other text/],
    ['text after a wildcard', '/*b<x>.html', /wildcard beside other text/],
    ['an optional segment in the middle', '/:a?/b', /not the last one/],
    ['an optional segment and a slash', '/:a?/', /not the last one/],
    ['a ? after text', '/a?', /\? that does not follow/],
    ['a ? after half a segment', '/a-:b?', /\? that does not follow/],
    ['a ? before text', '/:a?b', /\? that does not follow/],
    ['a query', '/a?b=c', /\? that does not follow/],
    ['a fragment', '/a#b', /a fragment/],
    ['a constraint that is not closed', '/:a<int', /not closed/],
    ['a > of its own', '/a>b', /a > that belongs to no placeholder/],
    ['a slash in a constraint', '/:a<x/y>', /slash in a constraint/],
    ['an escape', '/caf%C3%A9', /percent-encoded; write the characters/],
    ['a space', '/a b', /a space/],
    ['a control character', '/a\nb', /a control character/],
    ['half a surrogate pair', '/a\ud83d', /half a surrogate pair/],
    ['a backslash at its end', '/a\\', /nothing after it/],
    ['a parameter named __proto__', '/:__proto__', /__proto__/],
  ])('%s', (_, path, text) => {
    const problem = problemOf(path)
    expect(problem).toBeInstanceOf(PatternProblem)
    expect((problem as PatternProblem).text).toMatch(text)
  })

  test('a constraint that is wrong, with the name of the parameter', () => {
    expect(problemOf('/:a/:b<bad>')).toMatchObject({ name: 'b', text: 'is bad' })
  })
})

function problemOf(path: string): unknown {
  try {
    return parse(path)
  } catch (problem) {
    return problem
  }
}
