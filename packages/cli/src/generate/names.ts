import pluralize from 'pluralize'
import { cliError } from '../errors.ts'

/** One name in every spelling that generated code needs. */
export interface Names {
  /** `blogPost` */
  camel: string
  /** `BlogPost` */
  pascal: string
  /** `blog-post` */
  kebab: string
  /** `blog_post` */
  snake: string
  /** `Blog post` */
  title: string
}

/** The names of a resource, singular and plural. */
export interface ResourceNames {
  one: Names
  many: Names
}

/** Reserved words of TypeScript, and names that generated code imports. */
const TAKEN = new Set(
  `app arguments async await break case catch class const context continue database debugger default delete do else enum eval
   export extends false finally for function http-error if implements import in instanceof interface let new null of
   package private protected public return routes static super switch t this throw true try type typeof undefined var
   void while with yield`.split(/\s+/),
)

/**
 * Parses a name in any spelling: `blog_post`, `BlogPost`, `blog-post`, `blog post`.
 *
 * @throws ArlenError `name_invalid`
 */
export function readName(given: string): Names {
  const words = wordsOf(given)
  if (words.length === 0 || !/^[a-z]/.test(words[0]!) || /[^A-Za-z0-9 _-]/.test(given)) {
    throw cliError('name_invalid', {
      name: JSON.stringify(given),
      problem: 'has to begin with a letter from a to z, and have only such letters and digits',
    })
  }
  const kebab = words.join('-')
  if (TAKEN.has(kebab)) {
    throw cliError('name_invalid', {
      name: JSON.stringify(given),
      problem: 'already means something in the generated code',
    })
  }
  const pascal = words.map(capitalized).join('')
  const title = words.join(' ')
  return {
    camel: pascal[0]!.toLowerCase() + pascal.slice(1),
    pascal,
    kebab,
    snake: words.join('_'),
    title: capitalized(title),
  }
}

/** The names of a resource, from its singular or plural. */
export function readResourceName(given: string): ResourceNames {
  const words = readName(given).snake.split('_')
  const last = words.pop()!
  const as = (form: string) => readName([...words, form].join('_'))
  return { one: as(pluralize.singular(last)), many: as(pluralize.plural(last)) }
}

function wordsOf(given: string): string[] {
  return given
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[ _-]+/)
    .filter(word => word !== '')
    .map(word => word.toLowerCase())
}

function capitalized(word: string): string {
  return word === '' ? '' : word[0]!.toUpperCase() + word.slice(1)
}
