// Azure SQL: forms, mail that waits, the audit log. People and programs sign in by Entra ID; there is no other way in.
param name string
param location string
param tags object
param databaseName string
param operatorId string
param operatorName string
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorType string
@description('Basic is 5 DTU; S1 is 20.')
@allowed(['Basic', 'S1', 'S2', 'S3'])
param size string
@description('True: reached by private endpoints alone. False: by the subnet of the app.')
param isPrivate bool
param subnetIds string[]
@description('Where the second copy is. Empty: nowhere.')
param secondLocation string
param alertEmail string
param logsId string
param isDefended bool

var hasSecond = !empty(secondLocation)
var servers = hasSecond
  ? [{ name: name, location: location }, { name: '${name}-2', location: secondLocation }]
  : [{ name: name, location: location }]
var tiers = { Basic: 'Basic', S1: 'Standard', S2: 'Standard', S3: 'Standard' }

resource server 'Microsoft.Sql/servers@2023-08-01' = [
  for each in servers: {
    name: each.name
    location: each.location
    tags: tags
    properties: {
      minimalTlsVersion: '1.2'
      publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
      restrictOutboundNetworkAccess: 'Enabled'
      administrators: {
        administratorType: 'ActiveDirectory'
        azureADOnlyAuthentication: true
        login: operatorName
        sid: operatorId
        tenantId: tenant().tenantId
        principalType: operatorType == 'ServicePrincipal' ? 'Application' : operatorType
      }
    }
  }
]

resource letIn 'Microsoft.Sql/servers/virtualNetworkRules@2023-08-01' = [
  for (id, at) in subnetIds: {
    parent: server[0]
    name: 'app-${at}'
    properties: { virtualNetworkSubnetId: id, ignoreMissingVnetServiceEndpoint: false }
  }
]

resource database 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: server[0]
  name: databaseName
  location: location
  tags: tags
  sku: { name: size, tier: tiers[size] }
  properties: {
    collation: 'SQL_Latin1_General_CP1_CI_AS'
    requestedBackupStorageRedundancy: hasSecond ? 'Geo' : 'Zone'
    zoneRedundant: false
    isLedgerOn: false
  }
}

// Point in time for a week; a copy of each month for a year.
resource lastDays 'Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies@2023-08-01' = {
  parent: database
  name: 'default'
  properties: { retentionDays: 7 }
}
resource lastMonths 'Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies@2023-08-01' = {
  parent: database
  name: 'default'
  properties: { monthlyRetention: 'P12M' }
  dependsOn: [lastDays]
}
resource encrypted 'Microsoft.Sql/servers/databases/transparentDataEncryption@2023-08-01' = {
  parent: database
  name: 'current'
  properties: { state: 'Enabled' }
}

// A person decides about a failover: what was not copied yet would be lost.
resource group 'Microsoft.Sql/servers/failoverGroups@2023-08-01' = if (hasSecond) {
  parent: server[0]
  name: '${name}-group'
  properties: {
    databases: [database.id]
    partnerServers: hasSecond ? [{ id: server[1].id }] : []
    readWriteEndpoint: { failoverPolicy: 'Manual' }
    readOnlyEndpoint: { failoverPolicy: 'Disabled' }
  }
}

resource audited 'Microsoft.Sql/servers/auditingSettings@2023-08-01' = [
  for (each, at) in servers: {
    parent: server[at]
    name: 'default'
    properties: {
      state: 'Enabled'
      isAzureMonitorTargetEnabled: true
      retentionDays: 0
      auditActionsAndGroups: [
        'SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP'
        'FAILED_DATABASE_AUTHENTICATION_GROUP'
        'DATABASE_PERMISSION_CHANGE_GROUP'
        'DATABASE_ROLE_MEMBER_CHANGE_GROUP'
        'SCHEMA_OBJECT_CHANGE_GROUP'
      ]
    }
  }
]

resource defended 'Microsoft.Sql/servers/securityAlertPolicies@2023-08-01' = [
  for (each, at) in servers: {
    parent: server[at]
    name: 'Default'
    properties: {
      state: isDefended ? 'Enabled' : 'Disabled'
      emailAccountAdmins: true
      emailAddresses: [alertEmail]
      disabledAlerts: []
      retentionDays: 90
    }
  }
]

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: database
  properties: {
    workspaceId: logsId
    logs: [
      { category: 'SQLSecurityAuditEvents', enabled: true }
      { category: 'Errors', enabled: true }
      { category: 'Timeouts', enabled: true }
      { category: 'Deadlocks', enabled: true }
    ]
    metrics: [{ category: 'Basic', enabled: true }]
  }
}

output ids string[] = [for (each, at) in servers: server[at].id]
output databaseId string = database.id
output host string = '${hasSecond ? '${name}-group' : name}.database.windows.net'
