import type { Command } from '../command.ts'

export const newCommand: Command = {
  usage: 'new [name]',
  json: 'document',
  description: 'Create an application, as npm create arlen does',
  options: [
    ['--full', 'Pages, accounts, a JSON API, PostgreSQL (default)'],
    ['--api', 'A JSON API with tokens and an OpenAPI page, PostgreSQL'],
    ['--lite', 'One file'],
    ['--pm <name>', 'npm or pnpm'],
    ['--no-install', 'Do not install the dependencies'],
    ['--no-git', 'Do not make a git repository'],
    ['-y, --yes', 'Ask nothing and take the defaults'],
    ['-f, --force', 'Create it in a folder that is not empty'],
  ],
  examples: ['arlen new shop', 'arlen new shop --api --pm pnpm'],
  anyOptions: true,
  async run(input, io) {
    const { runCreate } = await import('create-arlen')
    return runCreate(input.argv, { ...io, isTerminal: io.isTerminal ?? false })
  },
}
