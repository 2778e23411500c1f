import { parseSync } from 'oxc-parser'
import type { Exported } from './declarations.ts'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs by type of node
  readonly [key: string]: any
}

const BAG_NAME = /^(?:options|given|init)$/
const BAG_TYPE = /(?:Options|Init|Rules)\b/

/**
 * The functions and methods of an export that take options: `createApp()`, `HttpServer.listen()`. A parameter counts
 * because of its name, the name of its type, or an inline type. Constructors do not count: functions create things.
 */
export function optionBagsOf({ declarations }: Exported): string[] {
  return declarations.flatMap(text => {
    const source = /^(?:export|declare)\b/.test(text) ? text : `declare ${text}`
    return (parseSync('x.d.ts', source, { lang: 'dts' }).program.body as unknown as Node[]).flatMap(node =>
      callablesOf(node)
        .filter(({ params }) => params.some(param => isBag(param, source)))
        .map(({ name }) => name),
    )
  })
}

interface Callable {
  readonly name: string
  readonly params: readonly Node[]
}

function callablesOf(node: Node): Callable[] {
  switch (node.type) {
    case 'TSDeclareFunction':
      return [{ name: `${node.id.name}()`, params: node.params }]
    case 'ClassDeclaration':
      return (node.body.body as Node[])
        .filter(member => member.kind === 'method')
        .map(member => ({ name: `${node.id.name}.${member.key.name}()`, params: member.value.params }))
    case 'TSInterfaceDeclaration':
      return (node.body.body as Node[])
        .filter(member => member.type === 'TSMethodSignature')
        .map(member => ({ name: `${node.id.name}.${member.key.name}()`, params: member.params }))
    default:
      return []
  }
}

function isBag(param: Node, source: string): boolean {
  const type = param.typeAnnotation?.typeAnnotation as Node | undefined
  if (type === undefined || type.type === 'TSUnknownKeyword') return false
  const text = source.slice(type.start, type.end)
  return BAG_NAME.test(param.name ?? '') || BAG_TYPE.test(text) || type.type === 'TSTypeLiteral'
}
