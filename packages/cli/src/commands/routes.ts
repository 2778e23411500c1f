import { resolve } from 'node:path'
import { type Command, textOption, UsageError } from '../command.ts'
import { loadApp } from '../load-app.ts'

export const routesCommand: Command = {
  usage: 'routes',
  description: 'List the routes of the application, or tell why a request goes where it goes',
  options: [
    ['--match <request>', 'Explain a request, such as "GET /products/1"'],
    ['--json', 'As JSON'],
    ['--types', 'As TypeScript declarations, by which urlFor checks names and parameters'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ["arlen routes --match 'GET /products/1'", 'arlen routes --types > routes.d.ts'],
  async run(input, io) {
    const match = textOption(input, 'match')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const app = await loadApp(root)
    if (match !== undefined) {
      const [method = '', path, ...more] = match.trim().split(/\s+/)
      if (path === undefined || more.length > 0) throw new UsageError('--match takes a method and a path: "GET /x"')
      const { pathname } = new URL(path, 'http://x')
      io.out(String(app.router.explain(method.toUpperCase(), pathname)))
      return
    }
    const { formatRoutes, routeTypes } = await import('@arlen/router')
    const { importName } = await import('@arlen/core/import-name')
    const list = app.router.list()
    if (input.options.types === true) io.out(routeTypes(list, importName(root, '@arlen/router')).trimEnd())
    else if (input.options.json === true) io.out(JSON.stringify(app.routes(), null, 2))
    else io.out(formatRoutes(list))
  },
}
