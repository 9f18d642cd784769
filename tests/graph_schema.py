"""A Graph synchronization schema with a scope, an expression, and a function nobody knows."""

SCHEMA = {
    "synchronizationRules": [
        {
            "objectMappings": [
                {
                    "sourceObjectName": "User",
                    "flowTypes": "Add,Update",
                    "scope": {
                        "groups": [
                            {
                                "name": "Sales",
                                "clauses": [
                                    {
                                        "sourceOperandName": "department",
                                        "operatorName": "EQUALS",
                                        "targetOperand": {"values": ["Sales"]},
                                    }
                                ],
                            }
                        ]
                    },
                    "attributeMappings": [
                        {
                            "targetAttributeName": "title",
                            "flowType": "Always",
                            "matchingPriority": 0,
                            "source": {
                                "type": "Function",
                                "name": "ToUpper",
                                "expression": "ToUpper([jobTitle])",
                                "parameters": [],
                            },
                        },
                        {
                            "targetAttributeName": "nickName",
                            "flowType": "Always",
                            "matchingPriority": 0,
                            "source": {
                                "type": "Function",
                                "name": "Mystery",
                                "expression": "Mystery([mail])",
                                "parameters": [],
                            },
                        },
                    ],
                }
            ]
        }
    ]
}
