using '../main.bicep'

param profile = 'regions'
param name = 'toolsinc'
param location = 'eastus2'
param apiHost = 'api.sdtoolsinc.org'
param portalHost = 'portal.sdtoolsinc.org'
param mailDomain = 'sdtoolsinc.org'
param isMailDomainVerified = true
param formsNotify = 'intake@sdtoolsinc.org'
param reportsNotify = 'safety@sdtoolsinc.org'
param alertEmail = 'on-call@sdtoolsinc.org'
param alertPhone = '6195550100'
param budgetStart = '2026-12-01'
param operatorId = '00000000-0000-0000-0000-0000000000aa'
param operatorName = 'toolsinc operators'
param operatorType = 'Group'
param isDefended = true
param hasManagedRules = true
