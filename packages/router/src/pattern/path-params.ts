type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
type NameChar = Letter | Uppercase<Letter> | Digit | '_'

/** Splits a text after the parameter name at its start. */
type TakeName<Text extends string, Name extends string = ''> = Text extends `${infer Char}${infer Rest}`
  ? Char extends NameChar
    ? TakeName<Rest, `${Name}${Char}`>
    : [Name, Text]
  : [Name, Text]

type SkipConstraint<Text extends string> = Text extends `<${string}>${infer Rest}` ? Rest : Text

/** The text after the sign of the first placeholder; never if there is none. */
type FindPlaceholder<Path extends string> = Path extends `${infer Char}${infer Rest}`
  ? Char extends '\\'
    ? Rest extends `${string}${infer After}`
      ? FindPlaceholder<After>
      : never
    : Char extends ':' | '*'
      ? Rest
      : FindPlaceholder<Rest>
  : never

type Names<Path extends string, Required extends string = never, Optional extends string = never> = [
  FindPlaceholder<Path>,
] extends [never]
  ? { required: Required; optional: Optional }
  : TakeName<FindPlaceholder<Path>> extends [infer Name extends string, infer After extends string]
    ? SkipConstraint<After> extends `?${infer Rest}`
      ? Names<Rest, Required, Optional | Name>
      : Names<SkipConstraint<After>, Required | Name, Optional>
    : never

type Keyed<N, Value> = N extends { required: infer R extends string; optional: infer O extends string }
  ? { readonly [Key in R]: Value } & { readonly [Key in O]?: Value }
  : never

type Flat<T> = { [Key in keyof T]: T[Key] }

/**
 * The parameters of a path, read from its literal type: `Params<'/users/:id<int>/:tab?'>` is
 * `{ readonly id: string; readonly tab?: string }`. If the path is only known as `string`, a record.
 */
export type Params<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : Flat<Keyed<Names<Path>, string>>

/** The value of a parameter for a URL. */
export type UrlValue = string | number | bigint | boolean

/** The parameters that a URL of this path needs. */
export type UrlParams<Path extends string> = string extends Path
  ? Readonly<Record<string, UrlValue | undefined>>
  : Flat<Keyed<Names<Path>, UrlValue>>

/** Joins the prefix of a group and a path. */
export type Join<Prefix extends string, Path extends string> = string extends Prefix
  ? string
  : Path extends '' | '/'
    ? Prefix extends ''
      ? '/'
      : Prefix
    : Prefix extends `${infer Start}/`
      ? `${Start}${Path}`
      : `${Prefix}${Path}`
