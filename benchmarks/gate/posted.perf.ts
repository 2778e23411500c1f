import { defineScenario } from '@arlen/perf'
import { SLACK } from './slack.ts'

export default defineScenario({
  about: 'a JSON body of 300 bytes, parsed and checked by a schema',
  app: 'gate/servers/posted.ts',
  slack: SLACK,
  request: {
    path: '/api/orders',
    json: {
      customer: { name: 'Hank Hill', email: 'hank@strickland.example', phone: '+1 512 555 0100' },
      lines: [
        { productId: 217, quantity: 2, note: 'the big one' },
        { productId: 12, quantity: 1, note: 'as a spare' },
      ],
      address: { street: '84 Rainey Street', city: 'Arlen', state: 'Texas', zip: '73104' },
    },
  },
})
