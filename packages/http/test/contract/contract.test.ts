import { describe } from 'vitest'
import { contract } from './contract.ts'
import { fetchCarrier } from './fetch-carrier.ts'
import { socketCarrier } from './socket-carrier.ts'

describe('over a socket', () => contract(socketCarrier))
describe('over fetch', () => contract(fetchCarrier))
