// Microsoft Defender for Cloud, which is switched for a whole subscription.
targetScope = 'subscription'

@description('Each costs on its own. Free keeps the posture alone.')
param plans string[]
param contactEmail string
param contactPhone string

@batchSize(1)
resource plan 'Microsoft.Security/pricings@2024-01-01' = [
  for each in plans: {
    name: each
    properties: { pricingTier: 'Standard', ...(each == 'StorageAccounts' ? { subPlan: 'DefenderForStorageV2' } : {}) }
  }
]

resource contact 'Microsoft.Security/securityContacts@2023-12-01-preview' = {
  name: 'default'
  properties: {
    emails: contactEmail
    phone: contactPhone
    isEnabled: true
    notificationsByRole: { state: 'On', roles: ['Owner'] }
    notificationsSources: [{ sourceType: 'Alert', minimalSeverity: 'Medium' }]
  }
}
