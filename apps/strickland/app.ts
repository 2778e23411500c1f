import { createApp } from 'arlen'
import { api } from './src/api.ts'
import { formatPrice } from './src/format-price.ts'
import { pages } from './src/pages.ts'

const app = createApp({ templates: { helpers: { formatPrice }, locals: { q: '' } } })

app.group('', pages)
app.group('/api', { csrfExempt: 'the API never goes by a cookie' }, api)

export default app
