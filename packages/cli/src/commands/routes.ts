import { type Command, type CommandInput, printJson, rootOf, textOption, UsageError } from '../command.ts'
import { loadApp } from '../load-app.ts'

export const routesCommand: Command = {
  usage: 'routes',
  json: 'document',
  description: 'List the routes of the application, or explain how a request is routed',
  options: [
    ['--match <request>', 'Explain a request, such as "GET /products/1"'],
    ['--types', 'As TypeScript declarations, with which urlFor checks names and parameters'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ["arlen routes --match 'GET /products/1'", 'arlen routes --types > routes.d.ts'],
  async run(input, io) {
    const request = requestOf(input)
    const [json, types] = [input.options.json === true, input.options.types === true]
    if (json && types) throw new UsageError('--types prints TypeScript; leave --json out')
    const root = rootOf(input, io)
    const app = await loadApp(root)
    if (request !== undefined) {
      const explanation = app.router.explain(request.method, request.path)
      return json ? printJson(io, explanation) : io.out(String(explanation))
    }
    if (json) return printJson(io, app.routes())
    const { formatRoutes, routeTypes } = await import('@arlen/router')
    const { importName } = await import('@arlen/core/import-name')
    const list = app.router.list()
    io.out(types ? routeTypes(list, importName(root, '@arlen/router')).trimEnd() : formatRoutes(list))
  },
}

/** The request in `--match 'GET /products/1'`. */
function requestOf(input: CommandInput): { method: string; path: string } | undefined {
  const match = textOption(input, 'match')
  if (match === undefined) return undefined
  const [method = '', path, ...more] = match.trim().split(/\s+/)
  const url = path === undefined || more.length > 0 ? null : URL.parse(path, 'http://x')
  if (url === null) throw new UsageError('--match takes a method and a path: "GET /x"')
  return { method: method.toUpperCase(), path: url.pathname }
}
