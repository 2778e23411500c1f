import {
  list,
  names,
  nodesOf,
  type ParsedStatement,
  parseBody,
  parseSql,
  syntaxErrorOf,
  type Tree,
  tree,
} from './parser.ts'

/**
 * The statements in a DO block, including those of EXECUTE if their text is known. Names that are built at run time appear
 * as `"?"`.
 */
export async function statementsOfBlock({ node }: ParsedStatement): Promise<ParsedStatement[]> {
  const options = list(node.args).map(arg => tree(arg.DefElem))
  const language = options.find(({ defname }) => defname === 'language')
  if (language && tree(tree(language.arg).String).sval !== 'plpgsql') return []
  const body = options.find(({ defname }) => defname === 'as')
  const block = await tolerate(() => parseBody(String(tree(tree(body?.arg).String).sval ?? '')))
  const plain = ['PLpgSQL_stmt_execsql', 'PLpgSQL_stmt_fors'].flatMap(kind =>
    nodesOf(block, kind).map(each => queryOf(each.sqlstmt ?? each.query)),
  )
  const known = await textsOfVariables(block)
  const dynamic = nodesOf(block, 'PLpgSQL_stmt_dynexecute').map(each => textOfExpression(queryOf(each.query), known))
  const found: ParsedStatement[] = []
  for (const text of [...plain, ...(await Promise.all(dynamic))]) {
    const statements = (await tolerate(() => parseSql(text))) ?? (await tolerate(() => parseSql(withoutInto(text))))
    found.push(...(statements ?? []))
  }
  return found
}

function queryOf(expression: unknown): string {
  return String(tree(tree(expression).PLpgSQL_expr).query ?? '')
}

/** `INTO` belongs to PL/pgSQL unless it belongs to INSERT. */
function withoutInto(text: string): string {
  const returning = text.search(/\breturning\b/i)
  if (returning < 0) return text
  const into = text.slice(returning).search(/\binto\b/i)
  if (into < 0 || !/^into\b[\w.,\s"]+$/i.test(text.slice(returning + into))) return text
  return text.slice(0, returning + into).trimEnd()
}

/** Undefined for text that PostgreSQL's parser rejects: the server will report it. */
async function tolerate<T>(fn: () => Promise<T>): Promise<T | undefined> {
  try {
    return await fn()
  } catch (error) {
    if (syntaxErrorOf(error) || error instanceof Error) return undefined
    throw error
  }
}

type Texts = ReadonlyMap<string, string>

/** The texts that variables begin with, or are set to: `sql text := 'drop table t'`. */
async function textsOfVariables(block: unknown): Promise<Texts> {
  const texts = new Map<string, string>()
  for (const { refname, default_val } of nodesOf(block, 'PLpgSQL_var')) {
    if (default_val !== undefined) texts.set(String(refname), await textOfExpression(queryOf(default_val), texts))
  }
  for (const { expr } of nodesOf(block, 'PLpgSQL_stmt_assign')) {
    const [, name, value] = /^\s*(\w+)\s*:?=(.*)$/s.exec(queryOf(expr)) ?? []
    if (name !== undefined) texts.set(name.toLowerCase(), await textOfExpression(value!, texts))
  }
  return texts
}

/** The value of `'…'`, `'…' || x`, `format('…', …)` and variables, as far as it is known. */
async function textOfExpression(expression: string, known: Texts): Promise<string> {
  const [select] = (await tolerate(() => parseSql(`select ${expression}`))) ?? []
  const target = tree(list(select?.node.targetList)[0]?.ResTarget)
  return textOf(tree(target.val), known)
}

function textOf(value: Tree, known: Texts): string {
  const constant = tree(value.A_Const).sval
  if (constant !== undefined) return String(tree(constant).sval ?? '')
  const { name, lexpr, rexpr } = tree(value.A_Expr)
  if (names(name)[0] === '||') return textOf(tree(lexpr), known) + textOf(tree(rexpr), known)
  const { funcname, args } = tree(value.FuncCall)
  const called = names(funcname).at(-1)
  if (called === 'concat')
    return list(args)
      .map(arg => textOf(arg, known))
      .join('')
  if (called === 'format') {
    const pattern = textOf(tree(list(args)[0]), known)
    return pattern.replace(/%(?:\d+\$)?([-\d]*)([sIL%])/g, (_all, _flags, kind) =>
      kind === '%' ? '%' : kind === 'L' ? "'?'" : '"?"',
    )
  }
  const [variable] = names(tree(value.ColumnRef).fields)
  return (variable !== undefined && known.get(variable)) || '"?"'
}
