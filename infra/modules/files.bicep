// Blob Storage for files of people. Browsers send and fetch by links that are signed for minutes, so it is reached from
// everywhere; without such a link, or a token of Entra ID, it answers nothing to anybody.
param name string
param location string
param tags object
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGZRS'])
param redundancy string
@description('Origins whose pages may use signed links.')
param origins string[]
param containers string[]
@description('The container of the heads of the audit log, in which nothing is changed or removed.')
param anchorsContainer string
@description('For how many days a head cannot be removed: as long as the audit log is kept.')
param anchorDays int
param appPrincipalId string
param logsId string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'None' }
    // The app signs links for less.
    sasPolicy: { sasExpirationPeriod: '1.00:00:00', expirationAction: 'Block' }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: { blob: { enabled: true, keyType: 'Account' } }
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    changeFeed: { enabled: true, retentionInDays: 30 }
    deleteRetentionPolicy: { enabled: true, days: 7, allowPermanentDelete: false }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    restorePolicy: { enabled: true, days: 6 }
    cors: {
      corsRules: [
        {
          allowedOrigins: origins
          allowedMethods: ['GET', 'HEAD', 'PUT']
          allowedHeaders: [
            'content-type'
            'content-md5'
            'if-match'
            'if-none-match'
            'if-modified-since'
            'if-unmodified-since'
            'if-range'
            'range'
            'accept'
            'x-ms-*'
          ]
          exposedHeaders: ['Content-Length', 'Content-Range', 'ETag', 'Last-Modified', 'x-ms-*']
          maxAgeInSeconds: 7200
        }
      ]
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for each in containers: {
    parent: blobs
    name: each
    properties: { publicAccess: 'None' }
  }
]

resource anchors 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: anchorsContainer
  properties: { publicAccess: 'None' }
}

resource anchored 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2024-01-01' = {
  parent: anchors
  name: 'default'
  properties: { immutabilityPeriodSinceCreationInDays: anchorDays, allowProtectedAppendWrites: false }
}

// What was erased is gone for good within two weeks: a week as a version, a week as a deleted one. What people wrote is
// erased by the app, which knows of legal holds; no rule here does.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'older-versions-go'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: containers }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 7 } } }
          }
        }
        {
          name: 'forms-are-cool'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['forms/'] }
            actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 1 } } }
          }
        }
        {
          name: 'documents-are-cool-then-cold'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['documents/'] }
            actions: {
              baseBlob: {
                tierToCool: { daysAfterModificationGreaterThan: 1 }
                tierToCold: { daysAfterModificationGreaterThan: 90 }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

// Storage Blob Data Contributor, and Storage Blob Delegator, which signs links.
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['ba92f5b4-2d11-453d-a403-e96b0029c9fe', 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a']: {
    name: guid(account.id, appPrincipalId, role)
    scope: account
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: blobs
  properties: {
    workspaceId: logsId
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output id string = account.id
