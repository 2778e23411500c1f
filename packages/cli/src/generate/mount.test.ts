import { expect, test } from 'vitest'
import type { AppFacts } from './app-facts.ts'
import { mountIn } from './mount.ts'

const mounting = { imports: ["import { a } from './a.ts'"], statements: ["app.group('/a', a)"] }
const mount = (app: string | undefined) => mountIn({ app } as AppFacts, mounting)

test('adds imports behind imports and statements before the export', () => {
  const app = "import {\n  createApp,\n} from 'arlen'\n\nconst app = createApp()\n\nexport default app\n"
  expect(mount(app)).toEqual({
    path: 'app.ts',
    text: "import {\n  createApp,\n} from 'arlen'\nimport { a } from './a.ts'\n\nconst app = createApp()\napp.group('/a', a)\n\nexport default app\n",
    added: [...mounting.imports, ...mounting.statements],
  })
})

test('adds nothing twice', () => {
  const once = mount("import { createApp } from 'arlen'\nconst app = createApp()\nexport default app\n")!
  expect(mount(once.text)).toMatchObject({ text: once.text, added: [] })
})

test.each([undefined, '', 'export default createApp()\n', "import x from 'y'\nexport { app as default }\n"])(
  'leaves alone what is written otherwise: %j',
  app => {
    expect(mount(app)).toBeUndefined()
  },
)
