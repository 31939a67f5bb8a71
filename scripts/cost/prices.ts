/*
 * What the services cost: list prices for the United States, pay as you go, without taxes and without offers for nonprofits. They
 * change: each has the date on which it was read and where. Before promising a figure, ask the calculator
 * (https://azure.microsoft.com/pricing/calculator/).
 */

export interface Price {
  readonly dollars: number
  /** What one of them is. */
  readonly per: string
  /** Where it was read, and when. `list price, from memory` was on no page that could be looked at. */
  readonly from: string
}

const fromMemory = 'list price, from memory, 2026-11'
const price = (dollars: number, per: string, from: string = fromMemory): Price => ({ dollars, per, from })

export const hoursOfMonth = 730

export const prices = {
  'App Service B1, Linux': price(13.14, 'month'),
  'Flex Consumption, execution': price(0.000026, 'GB-second', 'modal.com, 2025'),
  'Flex Consumption, runs': price(0.4, 'million', 'modal.com, 2025'),
  'Cosmos DB, serverless': price(0.25, 'million RU'),
  'Cosmos DB, autoscale': price(0.012, '100 RU/s and hour', 'cloud-horizons.com, 2026-05'),
  'Cosmos DB, autoscale in zones': price(
    0.012,
    '100 RU/s and hour',
    'the same: zones cost no more with autoscale',
  ),
  'Cosmos DB, data': price(0.25, 'GB'),
  'Cosmos DB, backup of 30 days': price(0.2, 'GB'),
  'Azure SQL Basic': price(4.99, 'month'),
  'Azure SQL S1': price(30, 'month'),
  'Web PubSub Standard, unit': price(1.61, 'day', 'Microsoft billing page, c3x.dev, 2026'),
  'Web PubSub Premium, unit': price(2, 'day', 'Microsoft billing page, c3x.dev, 2026'),
  'Web PubSub, messages': price(1, 'million above one a day and unit', 'Microsoft billing page, 2026'),
  'Managed Redis B0': price(13.1, 'month', 'simplechat#1438, d365fo-mcp#245, 2026'),
  'Static Web Apps Standard': price(9, 'month'),
  'Front Door Standard': price(35, 'month', 'cdnsun.com, 2026'),
  'Front Door Premium': price(330, 'month', 'Microsoft Learn, 2026'),
  'Front Door, requests': price(0.009, '10,000', 'cdnsun.com, 2026'),
  'Front Door, to people': price(0.083, 'GB', 'cdnsun.com, 2026'),
  'private endpoint': price(7.3, 'month'),
  'private DNS zone': price(0.5, 'month'),
  'Log Analytics': price(2.3, 'GB above 5 a month', 'monitoringcost.com, 2026'),
  'alert on a metric': price(0.1, 'month'),
  'rule every minute': price(3, 'month'),
  'rule every 5 minutes': price(1.5, 'month'),
  'rule every 10 minutes': price(1, 'month'),
  'rule every quarter of an hour or less often': price(0.5, 'month'),
  'check from outside': price(0.0006, 'run'),
  mail: price(0.00025, 'mail'),
  'Blob, one region': price(0.0184, 'GB'),
  'Blob, two regions': price(0.0368, 'GB'),
  'to people, without Front Door': price(0.087, 'GB above 100'),
  'Key Vault': price(0.03, '10,000 questions'),
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof prices
